import csv, json
from datetime import date
from pathlib import Path
from schools.models import *
from campaigns.models import *
from students.models import *
from aid.models import *
from schools.wall import COUNTRY, scope
from reports.counting import count
from reports.live import recount, recount_stale, live_figures, recount_all
from schools.actions import add_unit
F=Path('tests/folder')
def rows(n): return list(csv.DictReader(open(F/f'{n}.csv')))
def d(t): return date.fromisoformat(t) if t else None
def g(t):
    out=[]
    for part in t.split(';'):
        if '-' in part: a,b=part.split('-'); out+=range(int(a),int(b)+1)
        elif part: out.append(int(part))
    return out
def test_counts(db):
  with scope(COUNTRY):
    Unit.objects.create(id=0,code='KZ',level='ministry',name_kk='м',name_ru='м')
    c=Campaign(**{k:(v if k in('code','name_kk','name_ru') else (d(v) if '-' in v else int(v))) for k,v in rows('campaigns')[0].items()}); c.save()
    U={'KZ':Unit.objects.get()}
    for r in rows('units'):
        U[r['code']]=add_unit(code=r['code'],parent=U[r['parent']],level=r['level'],name_kk=r['name_kk'],name_ru=r['name_ru'],kato=r['kato'])
        if r['level']=='school': School.objects.create(unit=U[r['code']],week=r['week'])
    for r in rows('orders'): Order.objects.create(unit=U[r['unit']],campaign=c,number=r['number'],date=r['date'],kind=r['kind'],opens=d(r['opens']),closes=d(r['closes']),title_kk='x',title_ru='x')
    C={}
    for r in rows('classes'): C[r['school'],r['class']]=SchoolClass.objects.create(unit=U[r['school']],name=r['class'],kind=r['kind'],grades=g(r['grades']),shift=r['shift'],week=r['week'] or None,language=r['language'])
    for r in rows('days_off'): DayOff.objects.create(unit=U[r['unit']],first=d(r['from']),last=d(r['to']),grades=g(r['grades']),shift=r['shift'] or None,kind=r['kind'])
    P={}
    for r in rows('pupils'):
        if r['key'] not in P: P[r['key']]=Pupil.objects.create(unit=U[r['school']],key=r['key'],surname=r['surname'],name=r['name'],born=d(r['born']),sex=r['sex'])
        Enrolment.objects.create(unit=U[r['school']],pupil=P[r['key']],school_class=C[r['school'],r['class']],grade=r['grade'],form=r['form'],first=d(r['from']),last=d(r['to']))
    for r in rows('movements'): Movement.objects.create(unit=P[r['pupil']].unit,pupil=P[r['pupil']],left_on=d(r['left_on']),reason=r['reason'],to_unit=U.get(r['to_unit']))
    R={}
    for r in rows('registers'):
        k=C[r['school'],r['class']]; R[k.pk,r['date']]=Register.objects.create(unit=k.unit,school_class=k,date=r['date'],taken_at='2027-01-01T00:00Z')
    for r in rows('absences'):
        e=Enrolment.objects.on(d(r['date'])).get(pupil=P[r['pupil']])
        Absence.objects.create(unit=e.unit,register=R[e.school_class_id,r['date']],pupil=e.pupil,date=r['date'],reason=r['reason'],lessons=r['lessons'] or None)
    def place(p,day,u):
        e=p and Enrolment.objects.on(d(day)).filter(pupil=p).first()
        return e.unit if e else u
    for r in rows('cases'):
        p=P.get(r['pupil']); k=Case.objects.create(key=r['key'],pupil=p,unit=place(p,r['found_on'],U[r['unit']]),finder=U[r['unit']],surname=r['surname'],name=r['name'],sex=r['sex'],found_on=d(r['found_on']),source=r['source'],kind=r['kind'],cause=r['cause'],**{x:d(r[x]) for x in('confirmed_on','returned_on','relapsed_on','closed_on')},closing=r['closing'])
    FA={r['key']:Family.objects.create(key=r['key'],unit=U[r['school']],name=r['name'],approved_on=d(r['approved_on']),removed_on=d(r['removed_on']),removed_why=r['removed_why']) for r in rows('families')}
    for r in rows('members'): Member.objects.create(family=FA[r['family']],unit=FA[r['family']].unit,pupil=P[r['pupil']],categories=g(r['categories']),statuses=r['statuses'].split(';'),valid_until=d(r['valid_until']))
    for r in rows('handouts'): Handout.objects.create(pupil=P[r['pupil']],giver=U[r['unit']],unit=place(P[r['pupil']],r['date'],U[r['unit']]),date=d(r['date']),source=r['source'],kind=r['kind'],quantity=r['quantity'],tenge=r['tenge'])
    A=json.load(open(F/'answers.json'))
    def compare(f):
        bad=[]
        for u,vals in A['values'].items():
            for code,v in vals.items():
                got=f[U[u].pk][code]; got=[got.numerator,got.denominator] if isinstance(v,list) else got.numerator
                if got!=v: bad.append((u,code,got,v))
        for u,b in A['by'].items():
            for code,v in b.items():
                got=f[U[u].pk][code].as_json()['by']
                nz=lambda m:{k:(nz(x) if isinstance(x,dict) else x) for k,x in m.items() if x}
                if nz(got)!=nz(v): bad.append((u,code,nz(got),nz(v)))
        return bad
    day=d(A['as_of'])
    assert compare(count(c,day))==[]
    for u in U.values():
        from schools.number import subtree
        one=count(c,day,*subtree(u.pk)); 
        whole=count(c,day)
        assert one[u.pk]==whole[u.pk],u
    from zabota.lib import clock
    with clock.at(day):
        recount_all(); assert recount(c)[0]==[]
        assert compare(live_figures(c,[u.pk for u in U.values()]))==[]
        # one school's stale
        from schools.actions import touch
        a=Absence.objects.filter(pupil=P['p3']).first(); a.delete(); touch([U['A'].pk],[P['p3'].pk])
        Handout.objects.create(pupil=P['p5'],giver=U['A'],unit=U['A'],date=day,source='fund',kind='bag',quantity=1,tenge=7)
        assert recount_stale()>0
        f=live_figures(c,[0]); assert f[0]['AD-01'].numerator==5 and f[0]['AT-02'].numerator==21 and f[0]['AD-04'].numerator==155007
        assert recount(c)==([],recount(c)[1])
