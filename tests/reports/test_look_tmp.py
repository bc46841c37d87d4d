from datetime import date
from pathlib import Path
from django.utils import translation
from tests.reports.stories import *
from reports.counting import count
from reports.editions import edition_of, Missing
from reports.papers.pdf import summary_pdf
from reports.papers.workbook import summary_xlsx
from reports.papers.plain import edition_bytes
import time as t
def test_look(country, campaign):
    for u in (SCHOOL, VILLAGE, OTHER_SCHOOL, CITY_SCHOOL): busy_school(u, pupils=4+u%3)
    f=count(campaign, date(2027,1,28))
    for lang in ("kk","ru","en"):
        with translation.override(lang):
            e=edition_of(campaign, Unit.objects.get(pk=0), date(2027,1,28), f, form="summary", missing=[Missing("711110000",{"kk":"Астана қ.","ru":"г. Астана","en":"x"},"returned","Уточните число детей")])
            a=t.time(); Path(f"/tmp/r2-{lang}.pdf").write_bytes(summary_pdf(e)); print(lang, t.time()-a)
            Path(f"/tmp/r2-{lang}.xlsx").write_bytes(summary_xlsx(e)); Path(f"/tmp/r2-{lang}.json").write_bytes(edition_bytes(e))
