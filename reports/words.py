"""Numbers, dates and whole sentences of reports in Kazakh, Russian and English.

Sentences are made here and not in the catalogue of messages because their numbers need agreement: Russian words and
verbs follow the number, a Kazakh numeral takes the ending of its last spoken word.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Protocol

from django.utils.dates import MONTHS_ALT
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.figures import Figure

NBSP = "\u00a0"
NO_DATA = {"kk": "дерек жоқ", "ru": "нет данных", "en": "no data"}
# the third-person ending of «118-і», «124-ы» by the last spoken word of the numeral
_ONES = ["", "і", "сі", "і", "і", "і", "сы", "сі", "і", "ы"]
_TENS = ["", "ы", "сы", "ы", "ы", "і", "ы", "і", "і", "ы"]


class Reported(Protocol):
    """What the sentences need to know: figures of one unit by code, and what they are about."""

    def figure(self, code: str) -> Figure: ...

    @property
    def as_of(self) -> date: ...

    @property
    def schools(self) -> int: ...

    @property
    def of_one_school(self) -> bool: ...

    @property
    def thresholds(self) -> tuple[int | None, int | None]: ...


def language() -> str:
    """The language now active, Kazakh where it is none of ours."""
    active = (get_language() or "kk")[:2]
    return active if active in NO_DATA else "kk"


def number(amount: int) -> str:
    """«1 204»: thousands apart, not to be broken at the end of a line."""
    return f"{amount:,}".replace(",", NBSP)


def percent(share: float) -> str:
    """A share between 0 and 1 as «95,2 %»."""
    text = f"{share * 100:.1f}"
    return f"{text}%" if language() == "en" else f"{text.replace('.', ',')}{NBSP}%"


def shown(figure: Figure) -> str:
    """A figure as people read it; nothing entered and a share of nothing are «no data», which is not zero."""
    value = figure.value
    if value is None:
        return NO_DATA[language()]
    return percent(value) if figure.is_share else number(figure.numerator)


def day(on: date) -> str:
    """A date in words: «2027 жылғы 28 қаңтар», «28 января 2027 года», «28 January 2027»."""
    active, month = language(), str(MONTHS_ALT[on.month])
    if active == "kk":
        return f"{on.year}{NBSP}жылғы {on.day}{NBSP}{month.lower()}"
    return f"{on.day}{NBSP}{month} {on.year}" + (f"{NBSP}года" if active == "ru" else "")


def of(amount: int, one: str, few: str, many: str) -> str:
    """Russian words that agree with the number: 1 школа, 2 школы, 5 школ; «{n}» in them is the number."""
    if amount % 10 == 1 and amount % 100 != 11:
        form = one
    elif 2 <= amount % 10 <= 4 and not 12 <= amount % 100 <= 14:
        form = few
    else:
        form = many
    return form.replace("{n}", number(amount))


def one_or_more(amount: int, one: str, many: str) -> str:
    """English words that agree with the number."""
    return (one if amount == 1 else many).replace("{n}", number(amount))


def of_them(amount: int) -> str:
    """A Kazakh numeral in the third person: «118-і», «20-сы», «3-і»."""
    if amount == 0:
        ending = "і"  # нөл
    elif amount % 10:
        ending = _ONES[amount % 10]
    elif amount % 100:
        ending = _TENS[amount // 10 % 10]
    else:
        ending = "і" if amount % 1000 else "ы"  # жүз; мың, миллион, миллиард
    return f"{number(amount)}-{ending}"


def sentences(about: Reported) -> list[str]:
    """The report in words, in the language now active."""
    if not about.figure("CN-01").entered:
        return [_("There is no data: nothing has been entered here yet.")]
    tellers: dict[str, Callable[[Reported], Iterator[str]]] = {"kk": _in_kazakh, "ru": _in_russian, "en": _in_english}
    return list(tellers[language()](about))


def _amounts(about: Reported, *codes: str) -> list[int]:
    return [about.figure(code).numerator for code in codes]


def _in_kazakh(about: Reported) -> Iterator[str]:
    taking_part, start, arrived, left, now = _amounts(about, "CN-01", "CN-02", "CN-03", "CN-04", "CN-05")
    if about.of_one_school:
        yield (
            "Мектеп акцияға қатысып жатыр." if taking_part else "Мектеп акцияны бастау туралы бұйрықты тіркеген жоқ."
        )
    else:
        some = f"{of_them(taking_part)} қатысып жатыр" if taking_part else "ешқайсысы қатысып жатқан жоқ"
        yield f"Акцияға {number(about.schools)} мектептің {some}."
    yield (
        f"Акцияның бірінші күні {number(start)} бала оқыды, акция кезінде {number(arrived)} бала келді, "
        f"{number(left)} бала кетті, есепті күні {number(now)} бала оқып жатыр."
    )
    attendance, registers = about.figure("AT-07"), about.figure("AT-10")
    missed, social = _amounts(about, "AT-02", "AT-05")
    if attendance.value is None:
        yield "Сабаққа қатысу туралы дерек жоқ: сынып журналдары толтырылған жоқ."
    else:
        yield (
            f"Сабаққа қатысу көрсеткіші – {shown(attendance)}. Сабақтан қалған оқушы-күн саны – {number(missed)}, "
            f"оның ішінде әлеуметтік себептермен – {number(social)}. "
            f"Толтырылған сынып журналдарының үлесі – {shown(registers)}."
        )
    systematic, long = _amounts(about, "AT-11", "AT-12")
    many, running = about.thresholds
    if many and running:
        yield (
            f"Сабақты жүйелі түрде (кемінде {many} оқу күні) босатқан балалар – {number(systematic)}, "
            f"ұзақ уақыт (қатарынан кемінде {running} оқу күні) қатыспаған балалар – {number(long)}."
        )
    before, out, absent, back, still = _amounts(about, "CS-00", "CS-01", "CS-12", "CS-02", "CS-03")
    yield (
        f"Оқумен қамтылмаған {number(out)} бала және сабаққа қатыспайтын {number(absent)} бала анықталды; "
        f"акцияға дейін анықталып, есепте тұрған балалар – {number(before)}. "
        f"Мектепке {number(back)} бала қайтарылды, {number(still)} бала әлі мектептен тыс қалып отыр."
    )
    families, children = _amounts(about, "FM-01", "FM-02")
    yield f"Көмекке мұқтаж {number(families)} отбасы есепте тұр, оларда {number(children)} бала тәрбиеленіп жатыр."
    helped, of_families, handouts, tenge = _amounts(about, "AD-01", "AD-02", "AD-03", "AD-04")
    among = f" (есептегі {number(of_families)} отбасыдан)" if of_families else ""
    yield (
        f"{number(helped)} балаға{among} көмек көрсетілді; көмек {number(handouts)} рет берілді, "
        f"жалпы сомасы – {number(tenge)} теңге."
    )


def _in_russian(about: Reported) -> Iterator[str]:
    taking_part, start, arrived, left, now = _amounts(about, "CN-01", "CN-02", "CN-03", "CN-04", "CN-05")
    if about.of_one_school:
        yield "Школа участвует в акции." if taking_part else "Школа не зарегистрировала приказ о начале акции."
    else:
        takes = of(taking_part, "участвует {n} школа", "участвуют {n} школы", "участвуют {n} школ")
        yield f"В акции {takes} из {number(about.schools)}."
    studied = of(start, "обучался {n} ребёнок", "обучались {n} ребёнка", "обучалось {n} детей")
    study = of(now, "обучается {n} ребёнок", "обучаются {n} ребёнка", "обучается {n} детей")
    came, went = of(arrived, "прибыл", "прибыли", "прибыло"), of(left, "выбыл", "выбыли", "выбыло")
    yield f"В первый день акции {studied}, {came} {number(arrived)}, {went} {number(left)}, на отчётную дату {study}."
    attendance, registers = about.figure("AT-07"), about.figure("AT-10")
    missed, social = _amounts(about, "AT-02", "AT-05")
    if attendance.value is None:
        yield "Сведений о посещаемости нет: журналы посещаемости не заполнялись."
    else:
        days = of(missed, "пропущен {n} ученико-день", "пропущено {n} ученико-дня", "пропущено {n} ученико-дней")
        yield (
            f"Посещаемость составила {shown(attendance)}: {days}, из них по социальным причинам – {number(social)}. "
            f"Доля заполненных журналов – {shown(registers)}."
        )
    systematic, long = _amounts(about, "AT-11", "AT-12")
    many, running = about.thresholds
    if many and running:
        skip = of(systematic, "пропускал {n} ребёнок", "пропускали {n} ребёнка", "пропускали {n} детей")
        away = of(long, "не посещал {n} ребёнок", "не посещали {n} ребёнка", "не посещали {n} детей")
        yield (
            f"Систематически (не менее {_school_days(many)}) занятия {skip}, "
            f"длительное время (не менее {_school_days(running)} подряд) "
            f"{away}."
        )
    before, out, absent, back, still = _amounts(about, "CS-00", "CS-01", "CS-12", "CS-02", "CS-03")
    found = of(
        out,
        "выявлен {n} ребёнок, не охваченный",
        "выявлены {n} ребёнка, не охваченных",
        "выявлено {n} детей, не охваченных",
    )
    also = of(absent, "{n} ребёнок, не посещающий", "{n} ребёнка, не посещающих", "{n} детей, не посещающих")
    stood = of(before, "состоял {n} ребёнок", "состояли {n} ребёнка", "состояло {n} детей")
    returned = of(back, "возвращён {n} ребёнок", "возвращены {n} ребёнка", "возвращено {n} детей")
    remain = of(still, "остаётся {n} ребёнок", "остаются {n} ребёнка", "остаётся {n} детей")
    yield (
        f"В ходе акции {found} обучением, и {also} занятия; до начала акции на учёте {stood}. "
        f"В школу {returned}, вне школы {remain}."
    )
    families, children = _amounts(about, "FM-01", "FM-02")
    listed = of(
        families, "состоит {n} нуждающаяся семья", "состоят {n} нуждающиеся семьи", "состоит {n} нуждающихся семей"
    )
    inside = of(children, "воспитывается {n} ребёнок", "воспитываются {n} ребёнка", "воспитывается {n} детей")
    yield f"На учёте {listed}, {of(families, 'в ней', 'в них', 'в них')} {inside}."
    helped, of_families, handouts, tenge = _amounts(about, "AD-01", "AD-02", "AD-03", "AD-04")
    got = of(helped, "получил {n} ребёнок", "получили {n} ребёнка", "получили {n} детей")
    among = f" (из {of(of_families, '{n} семьи', '{n} семей', '{n} семей')} на учёте)" if of_families else ""
    given = of(handouts, "сделана {n} выдача", "сделаны {n} выдачи", "сделано {n} выдач")
    yield f"Помощь {got}{among}; {given} на сумму {number(tenge)} тенге."


def _school_days(amount: int) -> str:
    return of(amount, "{n} учебного дня", "{n} учебных дней", "{n} учебных дней")


def _in_english(about: Reported) -> Iterator[str]:
    taking_part, start, arrived, left, now = _amounts(about, "CN-01", "CN-02", "CN-03", "CN-04", "CN-05")
    if about.of_one_school:
        yield "The school takes part." if taking_part else "The school has not registered its order to start."
    else:
        takes = one_or_more(taking_part, "{n} school takes part", "{n} schools take part")
        yield f"{takes} out of {number(about.schools)}."
    enrolled = one_or_more(start, "{n} child was", "{n} children were")
    yield (f"{enrolled} enrolled on the first day, {number(arrived)} arrived, {number(left)} left, {number(now)} now.")
    attendance, registers = about.figure("AT-07"), about.figure("AT-10")
    missed, social = _amounts(about, "AT-02", "AT-05")
    if attendance.value is None:
        yield "There is no data about attendance: no registers were taken."
    else:
        yield (
            f"Attendance is {shown(attendance)}: {one_or_more(missed, '{n} pupil-day', '{n} pupil-days')} missed, "
            f"{number(social)} of them for social reasons. Share of registers taken: {shown(registers)}."
        )
    systematic, long = _amounts(about, "AT-11", "AT-12")
    many, running = about.thresholds
    if many and running:
        yield (
            f"{one_or_more(systematic, '{n} child was', '{n} children were')} systematically absent "
            f"(at least {many} school days), {number(long)} for a long time (at least {running} school days on end)."
        )
    before, out, absent, back, still = _amounts(about, "CS-00", "CS-01", "CS-12", "CS-02", "CS-03")
    yield (
        f"Found out of school: {number(out)}; found not attending: {number(absent)}; "
        f"open from before: {number(before)}. "
        f"{one_or_more(back, '{n} child has', '{n} children have')} returned to school, {number(still)} still out."
    )
    families, children = _amounts(about, "FM-01", "FM-02")
    listed = one_or_more(families, "{n} family is", "{n} families are")
    yield f"{listed} on the list of need, with {one_or_more(children, '{n} child', '{n} children')}."
    helped, of_families, handouts, tenge = _amounts(about, "AD-01", "AD-02", "AD-03", "AD-04")
    among = f" (of {one_or_more(of_families, '{n} family', '{n} families')} on the list)" if of_families else ""
    given = one_or_more(handouts, "{n} handout", "{n} handouts")
    yield f"{one_or_more(helped, '{n} child', '{n} children')}{among} got help: {given}, {number(tenge)} tenge."
