from django.http import HttpResponse


def show(request, **k):
    return HttpResponse("stub")
