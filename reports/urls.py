from django.urls import path

from reports.views import figure, situation, submissions, summary

urlpatterns = [
    path("situation/", situation.situation, name="situation"),
    path("situation/<str:code>/", situation.situation, name="situation_of"),
    path("figures/<str:code>/<str:indicator>/", figure.figure, name="figure"),
    path("definitions/", situation.definitions, name="definitions"),
    path("reports/", submissions.submission_list, name="submissions"),
    path("reports/<str:code>/<slug:form>/", submissions.submission, name="submission"),
    path("reports/<str:code>/<slug:form>/<slug:move>/", submissions.move, name="submission_move"),
    path("summary/", summary.summary, name="summary"),
    path("summary/<slug:form>/", summary.summary, name="summary_of"),
    path("summary/<slug:form>/seal/", summary.seal, name="seal"),
]
