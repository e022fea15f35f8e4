"""Import and export."""

from django.urls import path

from gstbillingapp.views import data, jobs

urlpatterns = [
    path("", data.index, name="data"),
    path("import/<slug:slug>/", data.new, name="data_import"),
    path("import/<slug:slug>/sample.<slug:file_type>", data.sample, name="data_sample"),
    path("export/<slug:slug>.<slug:file_type>", data.export, name="data_export"),
    path("export/<slug:slug>.<slug:file_type>/later/", data.export_later, name="data_export_later"),
    path("jobs/<int:pk>/", jobs.job, name="data_job"),
    path("jobs/<int:pk>/status/", jobs.status, name="data_job_status"),
    path("jobs/<int:pk>/columns/", jobs.columns, name="data_job_columns"),
    path("jobs/<int:pk>/start/", jobs.start, name="data_job_start"),
    path("jobs/<int:pk>/cancel/", jobs.cancel, name="data_job_cancel"),
    path("jobs/<int:pk>/errors.csv", jobs.errors, name="data_job_errors"),
    path("jobs/<int:pk>/file/", jobs.file, name="data_job_file"),
]
