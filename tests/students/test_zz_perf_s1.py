import os, time, datetime as d, random
import pytest
from django.db import connection
from tests.make import make_class, make_pupil, enrol
from schools.models import Unit, User
from schools.wall import scope, ranges_of
from students.models import *
from students.actions import registers, warning
from students.actions.registers import Mark
TODAY=d.date(2027,1,28)
def test_perf(country, people, client_of):
    random.seed(1)
    for n in range(30):
        c=make_class(110010001, f"К{n}", pupils=25)
        pupils=list(c.enrolments.values_list("pupil_id",flat=True))
        day=d.date(2026,11,2)
        while day<TODAY:
            if day.weekday()<5:
                r=Register.objects.create(unit_id=c.unit_id,school_class=c,date=day,taken_at="2027-01-01T09:00+05:00",taken_by="x")
                Absence.objects.bulk_create(Absence(unit_id=c.unit_id,register=r,pupil_id=p,date=day,reason=random.choice(["ill","unknown","no_shoes"])) for p in random.sample(pupils,2))
            day+=d.timedelta(1)
    u=people.coordinator
    with connection.cursor() as cur: cur.execute("analyze" ) if False else None
    with scope(ranges_of(u.grants.all_units())):
        for f,kw in ((warning.flags,{}),(warning.streaks,{"least":3}),(warning.flags,{"pupils":pupils})):
            t=time.time(); x=f(unit_id=110010001,on=TODAY,**kw); print(f.__name__, len(x), round(time.time()-t,3))
        t=time.time(); registers.take(school_class=c,date=TODAY,absent={pupils[0]:Mark(),pupils[1]:Mark("no_shoes")},version=0,by=u); print("take", round(time.time()-t,3))
    cl=client_of(u)
    for url in ("/today/", f"/today/{c.pk}/?date=2027-01-27", "/today/", f"/today/{c.pk}/?date=2027-01-27"):
        t=time.time(); r=cl.get(url); print(url, r.status_code, len(r.content), round(time.time()-t,3))
    from django.test.utils import CaptureQueriesContext
    for url in ("/today/", f"/today/{c.pk}/?date=2027-01-27"):
        with CaptureQueriesContext(connection) as q: cl.get(url)
        print(url, len(q)); 
        for each in sorted(q.captured_queries,key=lambda x:-float(x["time"]))[:4]: print("   ",each["time"], each["sql"][:150].replace("\n"," "))
    ids=list(SchoolClass.objects.values_list("pk",flat=True))
    t=time.time(); r=cl.post("/today/",{"classes":ids}); print("press", r.status_code, round(time.time()-t,3))
