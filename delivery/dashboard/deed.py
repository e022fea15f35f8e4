from django.http import HttpResponse


def show(request, **k):
    return HttpResponse("stub")


def live(request, **k):
    return HttpResponse("stub")


def start(request, **k):
    return HttpResponse("stub")


def go_on(request, **k):
    return HttpResponse("stub")


def cancel(request, **k):
    return HttpResponse("stub")
