from django.urls import path

from students.views import cases, days, found, movement, registers, rosters

urlpatterns = [
    # the day
    path("today/", registers.today, name="today"),
    path("today/<int:pk>/", registers.register, name="register"),
    path("school-days/", days.days_off, name="days_off"),
    path("school-days/new/", days.day_off_new, name="day_off_new"),
    path("school-days/<int:pk>/put-back/", days.put_back, name="day_off_put_back"),
    # classes and children
    path("classes/", rosters.classes, name="classes"),
    path("classes/<int:pk>/", rosters.school_class, name="school_class"),
    path("classes/roster/", rosters.upload, name="roster"),
    path("classes/roster/template/", rosters.template, name="roster_template"),
    path("classes/roster/<int:pk>/", rosters.intake, name="intake"),
    path("classes/roster/<int:pk>/enter/", rosters.enter, name="intake_enter"),
    path("classes/roster/<int:pk>/marked/", rosters.marked, name="intake_marked"),
    path("classes/<int:pk>/arrive/", movement.arrive, name="pupil_arrive"),
    path("pupils/<int:pk>/", movement.pupil, name="pupil"),
    path("pupils/<int:pk>/leave/", movement.leave, name="pupil_leave"),
    # cases
    path("cases/", cases.case_list, name="cases"),
    path("cases/new/", cases.new, name="case_new"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/facts/", cases.facts, name="case_facts"),
    path("cases/<int:pk>/<slug:move>/", cases.move, name="case_move"),
    # children whom a raid or a round found
    path("events/<int:pk>/found/", found.found, name="event_found"),
    path("events/<int:pk>/found/new/", found.found_new, name="event_found_new"),
]
