from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from zabota import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("gallery/", views.gallery, name="gallery"),
    path("demo/", views.demo_panel, name="demo_panel"),
    path("demo/enter/", views.demo_enter, name="demo_enter"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("", include("schools.urls")),  # before the library: its list of sessions writes while it is read
    path("accounts/", include("allauth.urls")),
    path("", include("campaigns.urls")),
    path("", include("students.urls")),
    path("", include("aid.urls")),
    path("", include("reports.urls")),
]
