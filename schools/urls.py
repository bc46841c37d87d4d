from django.urls import path

from schools import views

urlpatterns = [
    path("documents/<uuid:pk>/", views.document, name="document"),
    path("jobs/<int:pk>/", views.job, name="job"),
    path("jobs/<int:pk>/again/", views.job_again, name="job_again"),
    path("staff/", views.staff, name="staff"),
    path("staff/new/", views.staff_new, name="staff_new"),
    path("staff/<int:pk>/end/", views.post_end, name="post_end"),
    path("journal/", views.journal, name="journal"),
]
