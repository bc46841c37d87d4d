"""A small campaign as a folder of tables: every file and every column, as the portal writes them."""

import csv
import io
from contextlib import contextmanager

from django.core.management import CommandError, call_command

from tests.conftest import APP, OWNER, log_in_as
from zabota.lib import iin

AISHA, PYOTR = iin.make(7), iin.make(8)
SCHOOL_BIN, DONOR_BIN = iin.make(3, organisation=True), iin.make(4, organisation=True)

TABLES = {
    "campaigns.csv": """\
code,name_kk,name_ru,opens,closes,due,systematic_days,long_days,visit_days,measure_days,notice_days,answer_days
2026-road,«Мектепке жол»,«Дорога в школу»,2026-08-01,2026-09-30,2026-10-10,,,,,,
2027,«Қамқорлық» – 2027,«Забота» – 2027,2027-01-10,2027-02-10,2027-02-20,5,3,3,5,3,10
""",
    "units.csv": f"""\
code,parent,level,kato,name_kk,name_ru,kind,ownership,week,bin
R1,KZ,school,,Республикалық мектеп,Республиканская школа,special,state,5,
110000000,KZ,oblast,110000000,Ақмола облысы,Акмолинская область,,,,
113200000,110000000,district,113200000,Аршалы ауданы,Аршалынский район,,,,
S1,113200000,school,113230100,№ 1 мектеп,Школа № 1,general,state,5,{SCHOOL_BIN}
S2,113200000,school,,"«Үміт» лицейі, жекеменшік","Лицей «Умит», частный",lyceum,private,6,
710000000,KZ,oblast,710000000,Астана қ.,г. Астана,,,,
S4,710000000,school,,№ 4 мектеп,Школа № 4,gymnasium,state,5,
""",
    "staff.csv": """\
login,unit,role,surname,name,patronymic,email,phone,from,to
head.kz,KZ,head,Оспанов,Ғалым,,,,2026-09-01,
aliya,113200000,commission,Әбенова,Әлия,Қайратқызы,aliya@example.kz,+7 799 000 00 02,2026-09-01,2027-06-30
aliya,113200000,specialist,Әбенова,Әлия,Қайратқызы,aliya@example.kz,+7 799 000 00 02,2026-09-01,
coord,S1,coordinator,Сейітова,Әсел,,coord@example.kz,,2026-09-01,
""",
    "orders.csv": """\
unit,campaign,number,date,kind,opens,closes,title_ru,title_kk
110000000,2027,12-н,2027-01-06,dates,2027-01-11,2027-02-09,О сроках,Мерзімдер туралы
S1,2027,5,2027-01-11,start,2027-01-12,,О начале акции,Акцияны бастау туралы
S1,2027,6,2027-01-11,committee,,,Об оргкомитете,Ұйымдастыру комитеті туралы
""",
    "helplines.csv": """\
unit,phone,hours,language
KZ,111,тәулік бойы,mixed
S1,+7 799 000 00 11,"дс–жм, 9:00–18:00",
""",
    "committees.csv": """\
unit,campaign,surname,name,body,post,role
113200000,2027,Жүнісов,Бекзат Әлиұлы,police,"аудандық полиция, инспектор",member
113200000,2027,Қуанышева,Ләззат,education,,chair
S1,2027,Сейітова,Әсел,social_pedagogues,әлеуметтік педагог,secretary
""",
    "minutes.csv": """\
unit,campaign,kind,number,date,decided,shortcomings,remedies
KZ,2027,committee,1,2027-01-11,Жоспар бекітілсін,,
110000000,2027,committee,1,2027-01-12,Жоспар қабылдансын,,
S1,2027,committee,1,2027-01-12,Жоспар қабылдансын,,
S1,2027,council,4,2027-01-26,"Қорытынды, тыңдалды:
1. Назарға алынсын",Екі сынып журнал толтырмады,Күнделікті бақылау
""",
    "plans.csv": """\
unit,campaign,state,line,clause,text,owner,due,remark
KZ,2027,approved,1,6.2.2,,,2027-01-14,
110000000,2027,submitted,1,6.2.3,,,2027-01-20,
S1,2027,returned,1,6.1.1,,Директор,2027-01-14,
S1,2027,returned,2,,«Киім банкі»,Сынып жетекшілері,2027-02-01,"Фото кейін, әлі жоқ"
S2,2027,draft,2,6.1.2,,,,
S2,2027,draft,3,6.1.3,,,,
S4,2027,draft,,,,,,
""",
    "control.csv": """\
unit,by_unit,date,finding,due,closed_on
S1,113200000,2027-01-20,"Екі күн журнал бос, себебі жоқ",2027-01-27,2027-01-26
S1,110000000,2027-01-21,,,
S2,113200000,2027-01-20,Стенд жоқ,2027-02-01,
""",
    "agreements.csv": """\
unit,partner,date,subject,until
113200000,«Жарық» ЖШС,2026-12-01,Тасымал,
S1,«Көмек» қоры,2027-01-15,"Киім, аяқкиім",2027-12-31
""",
    "surveys.csv": """\
unit,campaign,audience,question,answer,count
S1,2027,parents,help,4,12
S1,2027,parents,help,5,30
S2,2027,teachers,again,yes,0
""",
    "honours.csv": """\
unit,date,name,kind
113200000,2027-02-09,"«Жомарт» ЖШС, ұжымы",thanks
S1,2027-02-08,Ким Анна,certificate
""",
    "classes.csv": """\
school,class,kind,grades,shift,week,language
S1,1-4,class,1-4,1,5,kk
S1,7А,class,7,2,,mixed
S2,7Ә,class,7,1,6,ru
S2,Топ,group,0;7-8,1,,other
""",
    "days_off.csv": """\
unit,from,to,grades,shift,kind,order
KZ,2026-12-30,2027-01-08,,,holiday,
113200000,2027-01-14,2027-01-15,0-4;11,,cancelled,7
S1,2027-01-15,2027-01-15,,1,workday,6
S1,2027-01-20,2027-01-20,7,2,distance,
""",
    "pupils.csv": f"""\
key,school,class,grade,form,surname,name,patronymic,born,sex,iin,from,to
p1,S1,7А,7,day,Ахметова,Айша,Болатқызы,2013-05-05,f,{AISHA},2026-09-01,
p2,S1,7А,7,home,Әлиев,Дамир,,2013-06-06,m,,2026-09-01,2027-01-15
p3,S1,,,,Һадиша,Інжу,,,,,,
p2,S2,7Ә,7,evening,Әлиев,Дамир,,2013-06-06,m,,2027-01-19,
p4,S2,7Ә,7,external,Ким,"Анна ""Аня"" Мария",,2013-07-07,f,,2026-09-01,
""",
    "movements.csv": """\
pupil,left_on,slip,reason,to_unit,to_text,arrived_on
p2,2027-01-16,41,transfer,S2,"Астанаға, №4",2027-01-19
""",
    "registers.csv": """\
school,class,date
S1,7А,2027-01-12
S1,7А,2027-01-13
S2,7Ә,2027-01-20
""",
    "absences.csv": """\
pupil,date,reason,lessons,contacted_on,contact
p1,2027-01-12,no_shoes,,2027-01-13,call
p1,2027-01-13,ill,2,,
p2,2027-01-20,unknown,,,
""",
    "cases.csv": """\
key,pupil,unit,surname,name,born,sex,found_on,source,kind,cause,confirmed_on,visited_on,returned_on,relapsed_on,closed_on,closing
k1,,113200000,Есенова,Гүлнұр,2018-03-03,f,2027-01-13,raid,never,documents,2027-01-14,2027-01-15,2027-01-16,2027-01-20,,
k2,p1,S1,,,,,2027-01-18,register,systematic,,,,,,,
k3,p2,S1,,,,,2027-01-20,hotline,long,moved,2027-01-21,,,,2027-01-25,abroad
""",
    "events.csv": """\
unit,date,kind,language,count,participants,found
113200000,2027-01-13,raid,,,police:3;social:1,k1
113200000,2027-01-14,leaflets,kk,500,,
S1,2027-01-19,consultation,kk,,psychologists:1;parents:12,
S1,2027-01-19,consultation,kk,,parents:7,
S2,2027-01-20,doorround,mixed,,,k2;k3
""",
    "families.csv": """\
key,school,name,address,approved_on,removed_on,removed_why
f1,S1,Ахметовтер,"Аршалы к., Абай к-сі, 1",2027-01-13,,
f2,S1,Һадишалар,,,,
f3,S2,Әлиевтер,,2027-01-10,2027-01-18,Көшіп кетті
""",
    "members.csv": """\
family,pupil,categories,statuses,valid_until
f1,p1,1;3,many_children;low_income,2027-12-31
f3,p2,,difficult,
""",
    "donors.csv": f"""\
key,kind,name,number,publicity
d1,company,«Жомарт» ЖШС,{DONOR_BIN},1
d2,person,Белгісіз азамат,,0
""",
    "donations.csv": """\
key,donor,unit,source,kind,size,quantity,tenge,pledged_on,received_on
g2,d2,113200000,sponsor,money,,0,600000,2027-01-11,
g1,d1,S1,sponsor,shoes,36,5,50000,2027-01-11,2027-01-12
""",
    "handouts.csv": """\
pupil,unit,date,source,kind,size,quantity,tenge,donation,proof_due,proof_on
p2,113200000,2027-01-20,state,money,,1,40000,,2027-02-05,2027-02-01
p1,S1,2027-01-18,sponsor,shoes,36,1,10000,g1,,
p1,S1,2027-01-19,fund,uniform,,1,30000,,,
""",
}


def rows_of(file):
    return list(csv.reader(io.StringIO(TABLES[file])))


def with_line(file, line, changes):
    """The file with some cells of one line (the header is the first) put otherwise; a line after the last is added."""
    header, *rows = rows_of(file)
    if line == len(rows) + 2:
        rows.append(list(rows[changes.pop("like") - 2]) if "like" in changes else [""] * len(header))
    for column, value in changes.items():
        rows[line - 2][header.index(column)] = value
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


@contextmanager
def as_owner():
    log_in_as(OWNER)
    try:
        yield
    finally:
        log_in_as(APP)


def load(place, lang="en"):
    """What the command says: (answer, complaints); complaints are empty when all went well."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("load", place, lang=lang, stdout=out, stderr=err)
    except CommandError as trouble:
        return out.getvalue(), f"{err.getvalue()}{trouble}"
    return out.getvalue(), ""


def dump(place):
    call_command("dump", place, stdout=io.StringIO())
    return {path.name: path.read_text(encoding="utf-8") for path in place.iterdir()}
