"""Names stand in the order of the Kazakh alphabet and are found however they are typed."""

import random

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from zabota.lib import kazakh
from zabota.lib.kazakh import ALPHABET, cyrillic, fold, order_key, repair, tidy

SEEN_IN_NAMES = (
    ALPHABET
    + ALPHABET.upper()
    + "ABCEHIKMOPTXYabcehikmoptxyzZqQ0123456789"
    + " \u00a0\u2009\t\n-–—‑_.,;:()№#«»“”\"'’ʼ\u00ad\u200b\ufeff"
    + "\u0306\u0308\u0301їЎҳҐəƏɵäÖşİıñ"
)
names = st.text(st.sampled_from(SEEN_IN_NAMES), max_size=40)
anything = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


def ordered(*words):
    return sorted(words, key=order_key)


def ask(function, texts):
    with connection.cursor() as cursor:
        cursor.execute(
            f"select array(select {function}(t) from unnest(%s::text[]) with ordinality u(t, n) order by n)", [texts]
        )
        return cursor.fetchone()[0]


class TestOrder:
    def test_the_alphabet_is_in_its_own_order(self):
        letters = list(ALPHABET)
        random.Random(1).shuffle(letters)
        assert "".join(ordered(*letters)) == ALPHABET
        assert len(set(ALPHABET)) == 42

    def test_kazakh_letters_follow_their_neighbours_inside_words(self):
        assert ordered("Қанат", "Кәрім", "Карим", "Лаура", "Қайрат", "Ыбырай", "Ілияс", "Эльмира") == [
            "Карим",
            "Кәрім",
            "Қайрат",
            "Қанат",
            "Лаура",
            "Ыбырай",
            "Ілияс",
            "Эльмира",
        ]

    def test_case_and_quotes_do_not_count(self):
        assert order_key("«ҚАЗЫНА»") == order_key("қазына")

    def test_a_short_word_comes_before_the_longer_one_it_begins(self):
        assert ordered("Абайдың", "Абай ауылы", "Абай") == ["Абай", "Абай ауылы", "Абайдың"]

    def test_digits_and_latin_come_before_kazakh(self):
        assert ordered("Ақтау", "Nur", "12", "Zhan") == ["12", "Nur", "Zhan", "Ақтау"]

    def test_number_two_comes_before_number_ten(self):
        assert ordered("№ 10 мектеп", "№ 2 мектеп", "№ 02 мектеп", "№ 100 мектеп")[0:2] == ["№ 2 мектеп", "№ 02 мектеп"]
        assert ordered("10 Б", "9 А", "1 В") == ["1 В", "9 А", "10 Б"]

    def test_a_letter_written_as_two_characters_is_the_same_letter(self):
        assert order_key("Аи\u0306гүл") == order_key("Айгүл")

    @given(st.lists(names, max_size=8))
    def test_keys_compare_as_their_bytes_do(self, texts):
        keys = [order_key(text) for text in texts]
        assert sorted(keys) == sorted(keys, key=str.encode)


class TestFold:
    @pytest.mark.parametrize(
        ("kept", "typed"),
        [
            ("Әбдірахман", "абдирахман"),
            ("Ғани Қуаныш", "гани куаныш"),
            ("Өңір", "онир"),
            ("Ұлжан Үміт", "улжан умит"),
            ("Гауһар", "Гауhар"),
            ("Гауһар", "гаухар"),
            ("Асель", "Aсeль"),
            ("СЕРИК", "CEРИK"),
            ("Ерлан", "ЕРЛАН"),
            ("Алёна", "алена"),
            ("Айгуль", "Аигуль"),
            ("Аи\u0306гуль", "Айгуль"),
            ("Əлия", "Әлия"),
            ("«Қазына»  мектебі", "казына мектеби"),
            ("Нұр-Сұлтан", "нур султан"),
            ("Şäkärim", "sakarim"),
        ],
    )
    def test_two_spellings_of_one_thing_fold_to_the_same(self, kept, typed):
        assert fold(kept) == fold(typed)

    def test_a_latin_word_stays_latin(self):
        assert fold("ABAY Education") == "abay education"

    def test_different_names_stay_different(self):
        assert fold("Асан") != fold("Есен")

    @given(names)
    def test_folding_twice_changes_nothing(self, text):
        assert fold(fold(text)) == fold(text)

    @given(st.text(st.sampled_from(ALPHABET + " -«»"), max_size=30))
    def test_case_never_counts_in_cyrillic(self, text):
        assert fold(text.upper()) == fold(text)


class TestRepair:
    def test_look_alikes_become_cyrillic_inside_a_cyrillic_word_only(self):
        assert repair("Aсель оқиды Wi-Fi") == "Асель оқиды Wi-Fi"
        assert repair("Гауhар AHАР") == "Гауһар АНАР"

    def test_a_code_without_any_cyrillic_letter_is_put_right_on_demand(self):
        assert cyrillic("7A") == "7А"

    def test_gaps_and_invisible_characters_are_tidied(self):
        assert tidy("\ufeff Айгүл\u00a0\u00a0 Сер\u00adік\n") == "Айгүл Серік"


@pytest.mark.django_db
class TestTheDatabaseAgrees:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(names | anything, min_size=1, max_size=30))
    def test_on_the_order(self, texts):
        assert ask("kk_order", texts) == [order_key(text) for text in texts]

    @settings(max_examples=60, deadline=None)
    @given(st.lists(names | anything, min_size=1, max_size=30))
    def test_on_folding(self, texts):
        assert ask("kk_fold", texts) == [fold(text) for text in texts]

    def test_on_every_character_the_tables_name(self):
        texts = [f"б{mark}б" for mark in SEEN_IN_NAMES + kazakh._SPACES + kazakh._QUOTES + kazakh._PUNCTUATION]
        assert ask("kk_order", texts) == [order_key(text) for text in texts]
        assert ask("kk_fold", texts) == [fold(text) for text in texts]

    def test_and_keeps_the_keys_in_generated_columns_with_an_index(self):
        with connection.cursor() as cursor:
            cursor.execute(
                """
                create temp table people (
                    name text not null,
                    name_order text collate "C" generated always as (kk_order(name)) stored,
                    name_folded text collate "C" generated always as (kk_fold(name)) stored
                ) on commit drop
                """
            )
            cursor.execute("create index on people (name_order)")
            cursor.execute('create index on people (kk_fold(name) collate "C")')
            cursor.execute(
                "insert into people select unnest(%s::text[])", [["Қанат", "Ыбырай", "Карим", "Әлия", "Айгүл", "Іңкәр"]]
            )
            cursor.execute("select name from people order by name_order")
            assert [name for (name,) in cursor] == ["Айгүл", "Әлия", "Карим", "Қанат", "Ыбырай", "Іңкәр"]
            cursor.execute("select name from people where name_folded = %s", [fold("ИНКАР")])
            assert cursor.fetchall() == [("Іңкәр",)]

    def test_that_nothing_known_stays_nothing(self):
        assert ask("kk_order", [None]) == [None]
        assert ask("kk_fold", [""]) == [""]
