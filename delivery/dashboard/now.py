from django.http import HttpResponse


def show(request, **k):
    return HttpResponse("stub")


def live(request, **k):
    return HttpResponse("stub")
