from django.http import HttpResponse


def show(request, **k):
    return HttpResponse("stub")


def of_notification(request, **k):
    return HttpResponse("stub")
