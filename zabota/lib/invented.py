"""Invented people, organisations, telephones and addresses of Kazakhstan, for the demo and the tests.

Everything is drawn from the `random.Random` given: the same seed gives the same country.  Names agree in gender and
keep together by people (Kazakh, Russian-named, other Turkic-named).  Nobody here is meant: well-known pairs of surname
and name are never drawn, and the telephones lie in +7 799, a code no operator of Kazakhstan has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, Literal, NamedTuple

Sex = Literal["m", "f"]
OrganisationForm = Literal["company", "entrepreneur", "ngo"]
Patronymics = Literal["kazakh", "russian", "none"]

SEXES: Final[tuple[Sex, Sex]] = ("m", "f")
PHONE_CODE: Final = "799"

_ADULTS_BORN: Final = (date(1963, 1, 1), date(2000, 12, 31))
_PARENT_OLDER: Final = (20, 40)
_LATE_STARTERS: Final = 0.1
_DAYS_BETWEEN_BIRTHS: Final = 300


def _words(text: str, by: str | None = None) -> list[str]:
    return [word.strip() for word in text.split(by)]


_KAZAKH_SURNAMES: Final = _words("""
Абдрахманов Абенов Айдарбеков Айтжанов Ақылбеков Ақышев Алпысбаев Аманжолов Амантаев Арыстанов Асқаров Атабаев
Ахметов Әбілов Әбішев Әділбеков Әлиев Әлімбаев Әлімжанов Әмірханов Байболов Байжанов Баймұратов Байсейітов Бақтыбаев
Балтабаев Бегалиев Бейсенов Бекболатов Бекенов Бекмұхамбетов Бердіғалиев Бердіқұлов Біржанов Боранбаев Ғабдуллин
Ғалиев Дәуренбеков Дәулетов Досанов Досмағамбетов Дүйсебаев Дүйсенбеков Елеусізов Ержанов Ермеков Есенов Есімов
Есқалиев Жақсыбаев Жақыпов Жанұзақов Жарылғасов Жолдасбеков Жүнісов Жұмабаев Жұмағалиев Жұмаділов Жұманов Жұмашев
Игіліков Идрисов Иманғалиев Исабаев Исабеков Кәрібаев Кенжебаев Кенжеғалиев Күзембаев Қабылов Қадырбаев Қазыбеков
Қалиев Қалмағамбетов Қанатов Қасенов Қасымов Қожахметов Қойшыбаев Қонысбаев Қуандықов Құлмағамбетов Құрманбаев
Құрманов Мақышев Мамыров Маратов Молдабеков Мұқанов Мұратов Мұсабеков Мұсаев Мұстафин Мырзабеков Мырзалиев Нұрғалиев
Нұржанов Нұрмағамбетов Нұрпейісов Нұртаев Оңғарбаев Омаров Оразалиев Оразбаев Орынбаев Оспанов Өмірбаев Өтегенов
Рақымбаев Рысбаев Сағындықов Садуақасов Садықов Салықов Сапаров Сатыбалдиев Сәрсенбаев Сәрсенов Сейдахметов Сейітов
Серғазин Серіков Смағұлов Сүлейменов Тәжібаев Темірғалиев Темірханов Тоқтаров Төлебаев Төлеуов Тұрғынбаев Тұрсынов
Уәлиев Үмбетов Хамзин Шаймерденов Шайхин Шәріпов Ыбыраев Ысқақов Айтбай Ақылбай Алдаберген Аманбай Әміртай Байболат
Бақтыбай Бекмұрат Берікбай Ғалымбек Дәулетбай Досбол Есенбай Жанбай Жанболат Жолдыбай Жұмабай Кенжебай Қалдыбай
Қуанышбай Нұрбай Нұрғожа Оразбай Орынбай Сапарбай Сәрсенбай Тілеубай Төлебай Тұрғанбай Тұрсынбай Үсенбай Шәкірбай
""")
_KAZAKH_MEN: Final = _words("""
Абзал Азамат Айбар Айбек Айдар Айдос Айдын Айсұлтан Ақжол Ақылбек Алдияр Алмас Алмат Алтай Алтынбек Аманжол Ансар
Арлан Арман Арнұр Арыстан Асқар Аслан Асхат Ахмет Әділ Әділет Әділхан Әли Әлімжан Әлихан Әмір Әнуар Әсет Бағдат
Бағлан Байсал Бақдәулет Бақтияр Бақытжан Батырхан Бауыржан Бейбарыс Бейбіт Бекарыс Бекболат Бекжан Бекзат Бердібек
Берік Болат Ғабит Ғалым Ғалымжан Ғани Дамир Данияр Дархан Дастан Дәулет Дәурен Диас Досжан Досым Думан Еділ Елдар
Елдос Елжан Ерасыл Ербол Ержан Еркебұлан Еркін Ерлан Ермек Ернар Ернұр Есен Есет Жақсылық Жалғас Жандос Жарас
Жасұлан Жәнібек Жеңіс Жомарт Жұмабек Заңғар Ислам Ілияс Кәрім Кемел Кенжебек Қадыр Қазыбек Қайрат Қайсар Қанат Қасым
Қуаныш Қуат Мағжан Мақсат Манас Мансұр Марат Марғұлан Мейіржан Мейрам Мирас Мұрат Мұса Мұхтар Нартай Нұрбек Нұрбол
Нұрғали Нұрдәулет Нұржан Нұрислам Нұрлан Нұрлыбек Нұрсұлтан Нұртас Олжас Ораз Оразбек Өмірбек Өркен Рамазан Рахым
Рүстем Сабыр Салауат Самат Санжар Саян Саят Сәкен Серік Серікбол Сұлтан Сырым Талант Талғат Тамерлан Тілек Төлеген
Төрехан Тұрар Ұлан Хамит Шалқар Шерхан Шыңғыс Ырысбек
""")
_KAZAKH_WOMEN: Final = _words("""
Аида Айару Айгерім Айгүл Айдана Айжан Айзада Айзере Айкүміс Айлин Айман Айнұр Айсана Айсара Айсәуле Айсұлу Айша Айым
Ақбота Ақерке Ақмарал Ақниет Ақнұр Ақсәуле Алина Алтынай Алтынгүл Алуа Анар Арай Арайлым Аружан Аяжан Аяла Аяна Әдемі
Әдия Әлия Әмина Әсел Әсем Әсия Бағдагүл Бағила Бақытгүл Балауса Балжан Балнұр Баян Баянсұлу Бибігүл Бибінұр Ботагөз
Гауһар Гүлдана Гүлжан Гүлжанат Гүлзат Гүлзира Гүлмира Гүлнәр Гүлнұр Гүлсара Гүлсім Гүлшат Ғазиза Ғалия Дана Дариға
Дарина Диана Ділназ Дина Динара Еңлік Еркежан Жадыра Жазира Жайна Жанар Жанаргүл Жанель Жанерке Жанна Жансая Жәмила
Жібек Жұлдыз Жұпар Замира Зара Зарина Зейнеп Зере Зүлфия Инабат Інжу Іңкәр Камила Кәмшат Күләш Күнсұлу Қаламқас
Қарлығаш Қызжібек Лаура Ләззат Ләйла Майра Мақпал Малика Маржан Мариям Мәдина Меруерт Мөлдір Нағима Назерке Назым
Нәзира Нұрай Нұргүл Нұрия Нұрсұлу Перизат Райхан Раушан Риза Роза Салтанат Самал Сания Сара Сәния Сәуле Сымбат Тоғжан
Толқын Томирис Ұлбосын Ұлжан Ұлпан Фариза Фатима Хадиша Шаһризада Шолпан Шынар Шырын
""")
_RUSSIAN_SURNAMES: Final = _words("""
Белов Березин Васильев Гончаров Горбунов Громов Данилов Ефимов Жуков Зайцев Захаров Зимин Карпов Киселёв Климов Козлов
Комаров Кузнецов Лазарев Лебедев Логинов Макаров Марков Мельников Миронов Морозов Никитин Новиков Орлов Осипов Павлов
Поляков Попов Родионов Рябов Савельев Семёнов Сидоров Соколов Степанов Суханов Титов Тихонов Ушаков Фадеев Филатов
Чернов Широков Щербаков Яковлев Вишневский Левицкий Покровский Рутковский Бондаренко Гриценко Кравченко Лысенко Мороз
Остапенко Приходько Савченко Ткаченко Шаповал Шевченко Бауэр Вагнер Вебер Гофман Кох Майер Миллер Рихтер Фишер Шмидт
Шульц Ан Ким Ли Лим Ногай Пак Тен Хван Цой Югай
""")
_RUSSIAN_MEN: Final = _words("""
Александр Алексей Анатолий Андрей Антон Арсений Артём Богдан Борис Вадим Валентин Валерий Василий Виктор Виталий
Владимир Владислав Вячеслав Геннадий Георгий Глеб Григорий Даниил Денис Дмитрий Евгений Егор Иван Игорь Илья Кирилл
Константин Лев Леонид Максим Матвей Михаил Никита Николай Олег Павел Пётр Роман Семён Сергей Станислав Степан Тимофей
Фёдор Юрий Яков Ярослав
""")
_RUSSIAN_WOMEN: Final = _words("""
Александра Алёна Алиса Алла Анастасия Ангелина Анна Арина Валентина Валерия Варвара Василиса Вера Вероника Виктория
Галина Дарья Ева Евгения Екатерина Елена Елизавета Жанна Зоя Инна Ирина Карина Кира Кристина Ксения Лариса Лидия
Людмила Маргарита Марина Мария Милана Надежда Наталья Нина Оксана Олеся Ольга Полина Светлана Софья Таисия Тамара
Татьяна Ульяна Юлия Яна
""")
_TURKIC_SURNAMES: Final = _words("""
Абдуллаев Азизов Ахмедов Бахтияров Валиев Гайнутдинов Гафуров Закиров Исмаилов Каримов Курбанов Мавлянов Махмудов
Набиев Низамов Рахимов Розиев Сабитов Сафин Турдиев Хакимов Хасанов Шарипов Юлдашев Юнусов Якупов
""")
_TURKIC_MEN: Final = _words("""
Азиз Алишер Анвар Бахтиёр Дилшат Ильдар Ильяс Камиль Камран Мурат Рашид Ренат Рустам Рушан Сардор Тахир Тимур Улугбек
Фарид Фархат Хасан Шавкат Шухрат Элдор
""")
_TURKIC_WOMEN: Final = _words("""
Адиля Азиза Альбина Венера Гузаль Гульнара Дильфуза Динара Зулайха Зульфия Камила Лола Мавлюда Малика Наргиза Регина
Рушана Сабина Севара Фатима Феруза Хуршида Эльвира Эльмира
""")

# Surname in the masculine form, then the name: statesmen, artists, athletes, heroes the lists above could make.
_WELL_KNOWN: Final = frozenset(
    _words(
        """
Абдрахманов Қайрат, Ахметов Серік, Әбілов Болат, Есенов Ғалымжан, Жұмабаев Мағжан, Жұмағалиев Асқар, Жүнісов Мақпал,
Идрисов Ерлан, Исабаев Бейбіт, Мырзалиев Қадыр, Омаров Ілияс, Оспанов Марат, Сатыбалдиев Қайрат, Сәрсенбаев Алтынбек,
Сүлейменов Жұлдыз, Сүлейменов Олжас, Тоқтаров Төлеген,
Белов Сергей, Васильев Владимир, Гончаров Иван, Громов Борис, Жуков Георгий, Зайцев Василий, Захаров Мария,
Карпов Анатолий, Ким Вячеслав, Ким Георгий, Ким Роман, Киселёв Дмитрий, Козлов Владимир, Комаров Владимир,
Кузнецов Николай, Лазарев Михаил, Лазарев Сергей, Лебедев Сергей, Левицкий Дмитрий, Макаров Сергей, Марков Андрей,
Миллер Алексей, Миронов Андрей, Миронов Сергей, Морозов Павел, Никитин Сергей, Новиков Николай, Орлов Алексей,
Орлов Григорий, Осипов Юрий, Павлов Александр, Павлов Анна, Павлов Иван, Попов Александр, Семёнов Николай,
Соколов Александр, Тен Денис, Титов Владимир, Тихонов Виктор, Тихонов Вячеслав, Ушаков Дмитрий, Ушаков Фёдор,
Фадеев Александр, Фадеев Максим, Цой Виктор, Цой Юрий, Шевченко Андрей, Яковлев Александр,
Юлдашев Тахир
""",
        ",",
    )
)

_RUSSIAN_PATRONYMICS: Final = {
    "Георгий": ("Георгиевич", "Георгиевна"),
    "Дмитрий": ("Дмитриевич", "Дмитриевна"),
    "Илья": ("Ильич", "Ильинична"),
    "Лев": ("Львович", "Львовна"),
    "Михаил": ("Михайлович", "Михайловна"),
    "Никита": ("Никитич", "Никитична"),
    "Павел": ("Павлович", "Павловна"),
    "Пётр": ("Петрович", "Петровна"),
    "Яков": ("Яковлевич", "Яковлевна"),
}

_STREETS: Final = _words("""
Алмалы Арай Атамекен Ақбұлақ Бәйтерек Бейбітшілік Береке Болашақ Бұлақ Гүлдер Достық Еңбек Жастар Жаңатұрмыс Жеңіс
Көкжиек Көктем Қайыңды Құрылысшы Мектеп Мерейтой Наурыз Орталық Самал Сарыарқа Тәуелсіздік Теректі Ынтымақ Шаттық
Шұғыла
""")
_QUALITIES: Final = _words("""
Айдынды Дархан Ерен Жарқын Қоңыр Қырмызы Мөлдір Сабырлы Самалды Сыңғырлы Теңбіл Үкілі Үлгілі Шуақты Ынталы Кербез
""")
_THINGS: Final = _words("""
арқан бесік бұлақ дала емен жаңғақ жусан көпір кеме қайың қанат мұнара сандық тоғай тырна үйірме шырша ұя шатыр өзек
""")
_TRADES: Final = _words("Агро Құрылыс Сауда Көлік Жиһаз Тігін Наубай Сүт")

_RUSSIAN_LETTERS: Final = str.maketrans("әғқңөұүһіӘҒҚҢӨҰҮҺІ", "агкноуухиАГКНОУУХИ")
_VOWELS: Final = tuple("аәеёиіоөуұүыэюя")


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person.  `patronymic` is empty for the few who have none in their papers."""

    surname: str
    name: str
    patronymic: str
    sex: Sex
    born: date

    @property
    def full_name(self) -> str:
        return f"{self.surname} {self.name} {self.patronymic}".rstrip()


class Organisation(NamedTuple):
    """An invented legal person or entrepreneur, named as on its papers in both languages."""

    name_kk: str
    name_ru: str
    form: OrganisationForm


class Address(NamedTuple):
    """One invented address written in both languages: street, house, sometimes a flat."""

    kk: str
    ru: str


@dataclass(frozen=True, slots=True)
class _Tongue:
    """Names that go together, and how often the patronymic is of which kind.  Surnames are masculine."""

    code: str
    share: float
    surnames: list[str]
    men: list[str]
    women: list[str]
    patronymics: dict[Patronymics, float]

    def names(self, sex: Sex) -> list[str]:
        return self.men if sex == "m" else self.women


class _Family(NamedTuple):
    """What the children of one father share."""

    tongue: _Tongue
    surname: str
    father: str
    patronymics: Patronymics


_KAZAKH: Final = _Tongue(
    "kazakh",
    0.70,
    _KAZAKH_SURNAMES,
    _KAZAKH_MEN,
    _KAZAKH_WOMEN,
    {"kazakh": 0.76, "russian": 0.19, "none": 0.05},
)
_RUSSIAN: Final = _Tongue(
    "russian",
    0.22,
    _RUSSIAN_SURNAMES,
    _RUSSIAN_MEN,
    _RUSSIAN_WOMEN,
    {"russian": 0.98, "none": 0.02},
)
_TURKIC: Final = _Tongue(
    "turkic",
    0.08,
    _TURKIC_SURNAMES,
    _TURKIC_MEN,
    _TURKIC_WOMEN,
    {"russian": 0.96, "none": 0.04},
)
_TONGUES: Final = (_KAZAKH, _RUSSIAN, _TURKIC)


def people(rng: Random) -> Iterator[Person]:
    """Adults without end."""
    while True:
        yield adult(rng)


def adult(rng: Random) -> Person:
    """Someone of working age in the years the portal serves."""
    return _person(rng, _family(rng), rng.choice(SEXES), _day_between(rng, *_ADULTS_BORN))


def child(rng: Random, grade: int, on: date) -> Person:
    """A child of the grade (0 = pre-school class … 11) in the school year that holds the day `on`."""
    return _person(rng, _family(rng), rng.choice(SEXES), _born_for(rng, grade, on))


def sibling(rng: Random, of: Person, grade: int, on: date) -> Person:
    """Another child of the same father: same surname and patronymic in the right form, another name.  No twins."""
    family, sex = _family_of(rng, of), rng.choice(SEXES)
    while True:
        person = _person(rng, family, sex, _born_for(rng, grade, on))
        if person.name != of.name and abs((person.born - of.born).days) >= _DAYS_BETWEEN_BIRTHS:
            return person


def parent(rng: Random, of: Person, sex: Sex) -> Person:
    """The father (m), whose name the child's patronymic says, or the mother (f)."""
    family = _family_of(rng, of)
    own = _family_named(rng, family.tongue, family.surname)
    older = timedelta(days=rng.randint(_PARENT_OLDER[0] * 366, _PARENT_OLDER[1] * 365))
    return _person(rng, own, sex, of.born - older, name=family.father if sex == "m" else None)


def organisation(rng: Random) -> Organisation:
    """A company, an entrepreneur (or a farm, which is one in law) or a public foundation."""
    title = f"{rng.choice(_QUALITIES)} {rng.choice(_THINGS)}"
    form = rng.choices(("company", "farm", "entrepreneur", "foundation"), (45, 20, 20, 15))[0]
    if form == "company":
        title = f"{title} {rng.choice(_TRADES)}"
        return Organisation(f"«{title}» ЖШС", f"ТОО «{in_russian_letters(title)}»", "company")
    if form == "farm":
        return Organisation(f"«{title}» шаруа қожалығы", f"КХ «{in_russian_letters(title)}»", "entrepreneur")
    if form == "entrepreneur":
        owner = _short_name(adult(rng))
        return Organisation(f"«{owner}» ЖК", f"ИП «{in_russian_letters(owner)}»", "entrepreneur")
    return Organisation(f"«{title}» қоғамдық қоры", f"ОФ «{in_russian_letters(title)}»", "ngo")


def phone(rng: Random) -> str:
    """A mobile number nobody can have, written +7 799 123 45 67."""
    digits = f"{rng.randrange(10_000_000):07}"
    return f"+7 {PHONE_CODE} {digits[:3]} {digits[3:5]} {digits[5:]}"


def address(rng: Random) -> Address:
    """The same invented place in both languages."""
    street, house = rng.choice(_STREETS), rng.randint(1, 120)
    kk, ru = f"{street} көшесі, {house}-үй", f"ул. {in_russian_letters(street)}, д. {house}"
    if rng.random() < 0.5:
        flat = rng.randint(1, 90)
        kk, ru = f"{kk}, {flat}-пәтер", f"{ru}, кв. {flat}"
    return Address(kk, ru)


def address_kk(rng: Random) -> str:
    return address(rng).kk


def address_ru(rng: Random) -> str:
    return address(rng).ru


def in_russian_letters(text: str) -> str:
    """Kazakh letters replaced as Russian papers write them: Бәйтерек → Байтерек."""
    return text.translate(_RUSSIAN_LETTERS)


def feminine(surname: str) -> str:
    """Ахметов → Ахметова, Левицкий → Левицкая; surnames such as Оразбай, Ткаченко, Ким do not change."""
    if surname.endswith(("ов", "ев", "ёв", "ин")):
        return f"{surname}а"
    if surname.endswith(("ский", "цкий")):
        return f"{surname[:-2]}ая"
    return surname


def kazakh_patronymic(father: str, sex: Sex) -> str:
    """Серік → Серікұлы, Серікқызы."""
    return father + ("ұлы" if sex == "m" else "қызы")


def russian_patronymic(father: str, sex: Sex) -> str:
    """Сергей → Сергеевич, Сергеевна; Юрий → Юрьевич; Игорь → Игоревич; Илья → Ильич."""
    if father in _RUSSIAN_PATRONYMICS:
        return _RUSSIAN_PATRONYMICS[father][SEXES.index(sex)]
    son, daughter = ("евич", "евна") if father.endswith(("й", "ь")) else ("ович", "овна")
    stem = f"{father[:-2]}ь" if father.endswith("ий") else father.rstrip("йь")
    return stem + (son if sex == "m" else daughter)


def _patronymic(father: str, kind: Patronymics, sex: Sex) -> str:
    if kind == "none":
        return ""
    return kazakh_patronymic(father, sex) if kind == "kazakh" else russian_patronymic(father, sex)


def _family(rng: Random) -> _Family:
    tongue = rng.choices(_TONGUES, [each.share for each in _TONGUES])[0]
    return _family_named(rng, tongue, rng.choice(tongue.surnames))


def _family_named(rng: Random, tongue: _Tongue, surname: str) -> _Family:
    father = _unknown(rng, surname, tongue.men)
    kind = rng.choices(list(tongue.patronymics), list(tongue.patronymics.values()))[0]
    if kind == "russian" and tongue is _KAZAKH and father.endswith(_VOWELS):
        kind = "kazakh"
    return _Family(tongue, surname, father, kind)


def _family_of(rng: Random, person: Person) -> _Family:
    """The family read back from a person's surname and patronymic; without a patronymic the father is anyone."""
    tongue, surname = _SURNAMES[person.surname]
    if person.patronymic:
        father, kind = _PATRONYMICS[tongue.code, person.patronymic]
        return _Family(tongue, surname, father, kind)
    return _Family(tongue, surname, _unknown(rng, surname, tongue.men), "none")


def _person(rng: Random, family: _Family, sex: Sex, born: date, *, name: str | None = None) -> Person:
    return Person(
        surname=family.surname if sex == "m" else feminine(family.surname),
        name=name or _unknown(rng, family.surname, family.tongue.names(sex)),
        patronymic=_patronymic(family.father, family.patronymics, sex),
        sex=sex,
        born=born,
    )


def _unknown(rng: Random, surname: str, names: list[str]) -> str:
    """A name that with the surname is not that of a well-known person."""
    while True:
        name = rng.choice(names)
        if f"{surname} {name}" not in _WELL_KNOWN:
            return name


def _short_name(person: Person) -> str:
    """Surname and initials: «Сейітова А. М.»."""
    initials = [f"{part[0]}." for part in (person.name, person.patronymic) if part]
    return " ".join([person.surname, *initials])


def _born_for(rng: Random, grade: int, on: date) -> date:
    """Six years old on 1 September of the first grade, one in ten a year older; the pre-school class a year younger."""
    started = on.year if on.month >= 9 else on.year - 1
    age = grade + 5 + (rng.random() < _LATE_STARTERS)
    return _day_between(rng, date(started - age - 1, 9, 2), date(started - age, 9, 1))


def _day_between(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randint(0, (last - first).days))


_SURNAMES: Final = {
    form: (tongue, surname)
    for tongue in _TONGUES
    for surname in tongue.surnames
    for form in (surname, feminine(surname))
}
_PATRONYMICS: Final[dict[tuple[str, str], tuple[str, Patronymics]]] = {
    (tongue.code, _patronymic(father, kind, sex)): (father, kind)
    for tongue in _TONGUES
    for kind in tongue.patronymics
    if kind != "none"
    for father in tongue.men
    for sex in SEXES
}
