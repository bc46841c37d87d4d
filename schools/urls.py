from django.urls import path

from schools import views

urlpatterns = [
    path("accounts/sessions/", views.sessions, name="sessions"),
    path("accounts/email/", views.closed, name="closed_email"),
    path("accounts/confirm-email/", views.closed, name="closed_confirm"),
    path("accounts/confirm-email/<str:key>/", views.closed, name="closed_confirm_key"),
    path("documents/<uuid:pk>/", views.document, name="document"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("print/<slug:paper>/<str:subject>/", views.print_paper, name="print"),
    path("jobs/<int:pk>/again/", views.job_again, name="job_again"),
    path("staff/", views.staff, name="staff"),
    path("staff/new/", views.staff_new, name="staff_new"),
    path("staff/<int:pk>/end/", views.post_end, name="post_end"),
    path("journal/", views.journal, name="journal"),
]
