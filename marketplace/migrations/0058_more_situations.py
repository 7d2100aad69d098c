"""Two more things that people say, and more ways to say three: of illness, of those at home, and of empty days. What a
coordinator has read stays as it was read; a new instance has all of it already."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from offers.search.situations.sentences import Sentence, sentences

NEW = ("En jeg er glad i glemmer mye", "Sykdom har snudd opp ned på hverdagen")
MORE = {
    "En hjemme har det vanskelig": ("mannen min er syk", "sønnen min er syk", "mor mi er sjuk"),
    "Jeg har mistet noen": ("mamma er død", "pappa er død"),
    "Jeg trenger en grunn til å stå opp": ("noe å gjøre om dagen",),
}


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def several(words: list[str]) -> str:
    return f"ARRAY[{', '.join(map(quoted, words))}]::text[]"


def added(one: Sentence) -> str:
    return f"""INSERT INTO situation
            (id, text, text_nn, text_en, also, words, kinds, audiences, evening, drop_in)
        SELECT gen_random_uuid(), {quoted(one.text)}, {quoted(one.nynorsk)}, {quoted(one.english)},
            {quoted(chr(10).join(one.also))}, {quoted(one.words)}, {several(one.kinds)}, {several(one.audiences)},
            {one.evening}, {one.drop_in}
        WHERE NOT EXISTS (SELECT FROM situation WHERE text = {quoted(one.text)})"""


def said_so(text: str, ways: tuple[str, ...]) -> str:
    return f"""UPDATE situation SET also = concat_ws(E'\\n', nullif(also, ''), {", ".join(map(quoted, ways))})
        WHERE text = {quoted(text)} AND reviewed_at IS NULL AND strpos(also, {quoted(ways[0])}) = 0"""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0057_wait_until")]

    initial = False
    compatible = True

    operations = [
        ops.RunSQL(
            [
                *(added(one) for one in sentences() if one.text in NEW),
                *(said_so(text, ways) for text, ways in MORE.items()),
            ],
            [],
        )
    ]
