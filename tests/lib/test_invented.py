"""Invented people agree with themselves, come again with the same seed, and are nobody real."""

import re
from collections import Counter
from datetime import date
from itertools import islice
from random import Random

import pytest

from zabota.lib import invented

WINTER = date(2027, 1, 20)
KAZAKH = set("АаӘәБбВвГгҒғДдЕеЁёЖжЗзИиЙйКкҚқЛлМмНнҢңОоӨөПпРрСсТтУуҰұҮүФфХхҺһЦцЧчШшЩщЪъЫыІіЬьЭэЮюЯя")
RUSSIAN = KAZAKH - set("ӘәҒғҚқҢңӨөҰұҮүҺһІі")


def draw(count, seed=1):
    return list(islice(invented.people(Random(seed)), count))


def tongue_of(person):
    return invented._SURNAMES[person.surname][0]


def everything(rng):
    child = invented.child(rng, 5, WINTER)
    return [
        child,
        invented.sibling(rng, child, 2, WINTER),
        invented.parent(rng, child, "f"),
        invented.adult(rng),
        invented.organisation(rng),
        invented.phone(rng),
        invented.address_kk(rng),
        invented.address_ru(rng),
    ]


def test_the_same_seed_gives_the_same_country():
    assert everything(Random(7)) == everything(Random(7))
    assert everything(Random(7)) != everything(Random(8))


def test_there_are_names_enough():
    surnames = [name for tongue in invented._TONGUES for name in tongue.surnames]
    assert len(surnames) >= 150
    assert len(surnames) == len(set(surnames)), "a surname tells its tongue"
    for names in ([t.men for t in invented._TONGUES], [t.women for t in invented._TONGUES]):
        assert len(set().union(*names)) >= 120
        assert all(len(each) == len(set(each)) for each in names)
    for tongue in invented._TONGUES:
        assert not set(tongue.men) & set(tongue.women)


def test_seven_of_ten_bear_kazakh_names():
    shares = Counter(tongue_of(person).code for person in draw(4000))
    assert shares["kazakh"] / 4000 == pytest.approx(0.70, abs=0.03)
    assert shares["russian"] / 4000 == pytest.approx(0.22, abs=0.03)


def test_both_sexes_come_equally():
    assert sum(person.sex == "f" for person in draw(4000)) / 4000 == pytest.approx(0.5, abs=0.03)


def test_surname_name_and_patronymic_agree_in_gender():
    for person in draw(4000):
        woman = person.sex == "f"
        assert person.name in tongue_of(person).names(person.sex), person
        if person.patronymic:
            assert person.patronymic.endswith(("қызы", "вна", "ична") if woman else ("ұлы", "вич", "ьич", "тич")), (
                person
            )
        if person.surname.endswith(("ов", "ев", "ёв", "ин", "ский", "цкий")):
            assert not woman, person
        if person.surname.endswith(("ова", "ева", "ёва", "ина", "ская", "цкая")):
            assert woman, person


@pytest.mark.parametrize(
    ("man", "woman"),
    [
        ("Ахметов", "Ахметова"),
        ("Қадырбаев", "Қадырбаева"),
        ("Киселёв", "Киселёва"),
        ("Серғазин", "Серғазина"),
        ("Левицкий", "Левицкая"),
        ("Вишневский", "Вишневская"),
        ("Оразбай", "Оразбай"),
        ("Ткаченко", "Ткаченко"),
        ("Ким", "Ким"),
    ],
)
def test_surnames_of_women(man, woman):
    assert invented.feminine(man) == woman


@pytest.mark.parametrize(
    ("father", "son", "daughter"),
    [
        ("Серик", "Серикович", "Сериковна"),
        ("Сергей", "Сергеевич", "Сергеевна"),
        ("Николай", "Николаевич", "Николаевна"),
        ("Юрий", "Юрьевич", "Юрьевна"),
        ("Дмитрий", "Дмитриевич", "Дмитриевна"),
        ("Игорь", "Игоревич", "Игоревна"),
        ("Михаил", "Михайлович", "Михайловна"),
        ("Илья", "Ильич", "Ильинична"),
        ("Никита", "Никитич", "Никитична"),
        ("Лев", "Львович", "Львовна"),
    ],
)
def test_russian_patronymics(father, son, daughter):
    assert invented.russian_patronymic(father, "m") == son
    assert invented.russian_patronymic(father, "f") == daughter


def test_kazakh_patronymics():
    assert invented.kazakh_patronymic("Серік", "m") == "Серікұлы"
    assert invented.kazakh_patronymic("Мұса", "f") == "Мұсақызы"


def test_no_vowel_meets_a_vowel_in_a_patronymic():
    for person in draw(4000):
        assert not re.search("[аәеёиіоөуұүыэюя](ович|овна)$", person.patronymic), person


def test_a_person_without_patronymic_has_no_loose_space_in_the_full_name():
    nameless = next(person for person in draw(500) if not person.patronymic)
    assert nameless.full_name == f"{nameless.surname} {nameless.name}"


def test_names_are_written_in_their_own_letters():
    for tongue in invented._TONGUES:
        letters = KAZAKH if tongue.code == "kazakh" else RUSSIAN
        for name in (*tongue.surnames, *tongue.men, *tongue.women):
            assert set(name) <= letters, name
            assert name.istitle(), name


@pytest.mark.parametrize("grade", range(12))
def test_siblings_are_born_apart_even_in_the_same_grade(grade):
    rng = Random(grade)
    for other in range(12):
        child = invented.child(rng, grade, WINTER)
        sibling = invented.sibling(rng, child, other, WINTER)
        assert abs((child.born - sibling.born).days) >= 300


@pytest.mark.parametrize("seed", range(3))
def test_full_names_hardly_repeat(seed):
    names = [person.full_name for person in draw(3000, seed)]
    assert len(names) - len(set(names)) <= 0.02 * len(names)


def test_nobody_is_well_known():
    for person in draw(20_000):
        surname = invented._SURNAMES[person.surname][1]
        assert f"{surname} {person.name}" not in invented._WELL_KNOWN


def test_every_well_known_pair_could_otherwise_be_drawn():
    for pair in invented._WELL_KNOWN:
        surname, name = pair.split()
        assert any(surname in t.surnames and name in t.men + t.women for t in invented._TONGUES), pair


@pytest.mark.parametrize("on", [date(2026, 9, 1), date(2027, 1, 10), date(2027, 2, 10), date(2027, 8, 31)])
@pytest.mark.parametrize("grade", range(12))
def test_the_birth_date_fits_the_grade(grade, on):
    ages = Counter()
    rng = Random(grade)
    for _ in range(200):
        born = invented.child(rng, grade, on).born
        ages[2026 - born.year - ((born.month, born.day) > (9, 1))] += 1
    assert set(ages) == {grade + 5, grade + 6}
    assert ages[grade + 5] > ages[grade + 6]


def test_adults_are_of_working_age():
    for person in draw(1000):
        assert date(1963, 1, 1) <= person.born <= date(2000, 12, 31)


def test_a_family_holds_together():
    rng = Random(3)
    for _ in range(1000):
        child = invented.child(rng, 4, WINTER)
        other = invented.sibling(rng, child, 8, WINTER)
        father, mother = invented.parent(rng, child, "m"), invented.parent(rng, child, "f")
        masculine = invented._SURNAMES[child.surname][1]
        assert father.surname == masculine
        assert other.surname == (masculine if other.sex == "m" else invented.feminine(masculine))
        assert mother.surname == invented.feminine(masculine)
        assert other.name != child.name
        assert bool(other.patronymic) == bool(child.patronymic)
        if child.patronymic:
            makers = (invented.kazakh_patronymic, invented.russian_patronymic)
            assert child.patronymic in {make(father.name, child.sex) for make in makers}
            assert other.patronymic in {make(father.name, other.sex) for make in makers}
        for grown in (father, mother):
            assert 20 <= (child.born - grown.born).days / 365.25 <= 40.1


def test_a_patronymic_names_one_father():
    for tongue in invented._TONGUES:
        for kind in set(tongue.patronymics) - {"none"}:
            assert len({invented._patronymic(father, kind, "f") for father in tongue.men}) == len(tongue.men)


def test_organisations_are_named_in_both_languages():
    rng = Random(5)
    kinds = {("company", "ЖШС", "ТОО"), ("entrepreneur", "шаруа қожалығы", "КХ"), ("entrepreneur", "ЖК", "ИП")}
    kinds.add(("ngo", "қоғамдық қоры", "ОФ"))
    seen = set()
    for _ in range(500):
        name_kk, name_ru, form = invented.organisation(rng)
        title_kk, legal_kk = re.fullmatch("«(.+)» (.+)", name_kk).groups()
        legal_ru, title_ru = re.fullmatch("(.+) «(.+)»", name_ru).groups()
        assert invented.in_russian_letters(title_kk) == title_ru
        assert set(title_ru) <= RUSSIAN | set(" .")
        seen.add((form, legal_kk, legal_ru))
    assert seen == kinds


def test_telephones_are_nobodys():
    rng = Random(5)
    numbers = [invented.phone(rng) for _ in range(1000)]
    assert all(re.fullmatch(r"\+7 799 \d{3} \d{2} \d{2}", number) for number in numbers)
    assert len(set(numbers)) > 990


def test_one_address_in_two_languages():
    for seed in range(200):
        kk, ru = invented.address_kk(Random(seed)), invented.address_ru(Random(seed))
        assert (kk, ru) == invented.address(Random(seed))
        assert re.fullmatch(r".+ көшесі, \d+-үй(, \d+-пәтер)?", kk)
        assert re.fullmatch(r"ул\. .+, д\. \d+(, кв\. \d+)?", ru)
        assert re.findall(r"\d+", kk) == re.findall(r"\d+", ru)


def test_kazakh_letters_become_russian_ones():
    assert invented.in_russian_letters("Бәйтерек, Ақбұлақ, Шұғыла, Іңкәр, Өркен, Үкілі, Ғаһар") == (
        "Байтерек, Акбулак, Шугыла, Инкар, Оркен, Укили, Гахар"
    )
