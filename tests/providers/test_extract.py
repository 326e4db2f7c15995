"""A JSON body with pictures in it, read in any chunks, equals the body read whole."""

import base64
import json
import os
import re
import string
import time

import pytest
from blake3 import blake3
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.providers import extract
from bot.providers.extract import PLACE, Extractor, MalformedBody

DATA = frozenset({"data"})
TEXTS = frozenset({"content", "b64_json"})


def take(body, folder, *, sizes=(), keys=DATA):
    """The document with each wanted string replaced by its bytes, or by None when it was bad."""
    with Extractor(folder=folder, keys=keys) as extractor:
        start = 0
        for size in sizes:
            extractor.feed(body[start : start + size])
            start += size
        extractor.feed(body[start:])
        extracted = extractor.finish()
        contents = []
        for file in extracted.files:
            if file is None:
                contents.append(None)
                continue
            content = file.path.read_bytes()
            assert file.size == len(content)
            assert file.digest == blake3(content).hexdigest()
            assert file.head == content[: extract.HEAD_BYTES]
            contents.append(content)
        result = swap(extracted.document, keys, lambda text: contents[int(text)])
    assert list(folder.iterdir()) == []
    return result


def swap(node, keys, change):
    if isinstance(node, list):
        return [swap(item, keys, change) for item in node]
    if isinstance(node, dict):
        return {
            name: change(value)
            if name in keys and isinstance(value, str)
            else swap(value, keys, change)
            for name, value in node.items()
        }
    return node


def decoded(text):
    """What lenient base64 means: both alphabets, blanks ignored, padding optional."""
    text = "".join(text.split(" ")).translate(str.maketrans("-_", "+/", "\t\r\n")).rstrip("=")
    if not text.isascii() or len(text) % 4 == 1:
        return None
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return None


texts = st.text(st.sampled_from('data"\\/ é漢\n:{}[],😀0'), max_size=12)
base64s = st.one_of(
    st.binary(max_size=90).map(lambda data: base64.b64encode(data).decode()),
    st.binary(max_size=90).map(lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")),
    st.binary(max_size=90).map(lambda data: base64.encodebytes(data).decode()),
    st.text(st.sampled_from('AQz+/-_= \n"\\é'), max_size=12),
)
names = st.one_of(st.just("data"), st.sampled_from(["dat", "data2", "Data", "text"]), texts)
documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts, base64s),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(names, st.one_of(inner, base64s), max_size=4),
    ),
    max_leaves=12,
)


def escape_some(text, draw):
    """The same JSON with characters of its strings escaped, as any writer may."""
    text = text.replace("/", draw(st.sampled_from(["/", "\\/"])))
    if draw(st.booleans()):
        text = text.replace('"data"', '"d\\u0061ta"')
    return text.replace("A", draw(st.sampled_from(["A", "\\u0041"])))


@st.composite
def bodies(draw):
    document = draw(documents)
    text = json.dumps(
        document,
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 0, 2])),
        separators=draw(st.sampled_from([(",", ":"), (" ,\r\n", " :\t"), None])),
    )
    bom = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return bom + escape_some(text, draw).encode()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=bodies(), sizes=st.lists(st.integers(0, 9), max_size=60))
@example(body=b'{"data":"QUJD\\u002b\\u002F/+=="}', sizes=[1] * 40)
@example(body=b'{"data":"QUJD"}', sizes=[12, 1, 1])
@example(body=b'["data",{"data":{"data":null}},"data"]', sizes=[1] * 40)
def test_any_document_in_any_chunks_equals_json_loads(body, sizes, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "fuzz"
    folder.mkdir(exist_ok=True)
    if body.count(b'"data"') + body.count(b"d\\u0061ta") > extract.FILES_LIMIT:
        return
    assert take(body, folder, sizes=sizes) == swap(json.loads(body), DATA, decoded)


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=60), document=bodies(), sizes=st.lists(st.integers(0, 9)))
def test_no_bytes_crash_it(body, document, sizes, tmp_path_factory):
    """Garbage, and documents broken off or followed by garbage, are refused and leave no file."""
    folder = tmp_path_factory.getbasetemp() / "garbage"
    folder.mkdir(exist_ok=True)
    for broken in (body, document[: len(document) // 2], document + body):
        try:
            take(broken, folder, sizes=sizes)
        except MalformedBody:
            assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "content"),
    [
        (b"QUJD", b"ABC"),
        (b"QUI=", b"AB"),
        (b"QUI", b"AB"),
        (b"Q", None),
        (b"", b""),
        (b"-_-_", b"\xfb\xff\xbf"),
        (b"+\\/+\\u002f", b"\xfb\xff\xbf"),
        (b"QU\\nJ\\r\\n D\\t", b"ABC"),
        (b"QUJD\n", b"ABC"),
        (b"QQ==QQ==", None),
        (b"QUJDQ===", None),
        (b"not base64!", None),
        (b"QU\\u00e9D", None),
        (b"\\ud83d\\ude00", None),
        (b'\\"', None),
        ("漢字".encode(), None),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
def test_spellings_of_base64(tmp_path, text, content, size):
    """Every spelling that has been seen, at every split, and text that is no base64 at all."""
    body = b'{"a":[{"data" :\n"' + text + b'"},7]}'
    sizes = [size] * (len(body) // size)
    assert take(body, tmp_path, sizes=sizes) == {"a": [{"data": content}, 7]}


@pytest.mark.parametrize("begun", [b"", b"Q", b"QQ", b"QUJ", b"QUJDQQ"])
@pytest.mark.parametrize("long", [b"", b"QUJD" * 100])
@pytest.mark.parametrize(
    "after", [b"QUJDQUJD", b"==QUJDQUJD", b"=", b"QUI=QUJDQUJD", b"U==QUJDQQ=="]
)
def test_padding_is_found_wherever_a_chunk_begins(tmp_path, begun, long, after):
    """What follows padding is damage, however much of the picture came before it or comes after."""
    texts = [begun, after + long, b"QUJD"]
    head = b'[{"data":"'
    body = head + b"".join(texts) + b'"}]'
    sizes = [len(head) + len(begun), len(texts[1]), 4]
    assert take(body, tmp_path, sizes=sizes) == [{"data": decoded(b"".join(texts).decode())}]


def test_several_keys_and_values_that_are_no_strings(tmp_path):
    body = b'{"data":null,"b64":"QUJD","x":{"data":{"data":"QUJD"}},"y":{"data":[1]}}'
    assert take(body, tmp_path, keys=frozenset({"data", "b64"})) == {
        "data": None,
        "b64": b"ABC",
        "x": {"data": {"data": b"ABC"}},
        "y": {"data": [1]},
    }


@pytest.mark.parametrize("size", [1, 6, 1000])
def test_a_name_that_only_begins_like_a_key_is_another_name(tmp_path, size):
    body = b'{"\\u0064\\u0061\\u0074\\u0061X":"QUJD","data ":"QUJD","\\u0064ata":"QUJD"}'
    sizes = [size] * (len(body) // size)
    assert take(body, tmp_path, sizes=sizes) == {"dataX": "QUJD", "data ": "QUJD", "data": b"ABC"}


def test_only_kept_files_stay(tmp_path):
    with Extractor(folder=tmp_path, keys=DATA) as extractor:
        extractor.feed(b'[{"data":"QQ=="},{"data":"Qg=="},{"data":"Qw=="}]')
        files = extractor.finish().files
        extractor.keep(files[1])
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"B"]


def test_nothing_stays_after_a_failure_midway(tmp_path):

    def break_off():
        with Extractor(folder=tmp_path, keys=DATA) as extractor:
            extractor.feed(b'[{"data":"QQ=="},{"data":"QUJD')
            assert len(list(tmp_path.iterdir())) == 2
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "cut"),
    [
        (b"", False),
        (b"<html>busy</html>", False),
        (b'{"candidates": [}', True),
        (b'{"a": ]nonsense, and more of it}', False),
        (b'{"a": "b', True),
        (b'{"a": "a much longer text', True),
        (b'{"data": "QUJD', True),
        (b'{"data": "QUJD"', True),
        (b'{"data": "QU\\', True),
        (b'[{"a": tru', True),
        (b'{"a": {}', True),
        (b'{"data": "\\x"}', False),
        (b"[" * 200_000, False),
        (b'{"a": "\xff"}', False),
    ],
)
def test_what_is_no_json_is_told_from_what_broke_off(tmp_path, body, cut):
    """`cut` decides whether a paid call may be made again, so doubt counts as cut."""
    with pytest.raises(MalformedBody) as caught:
        take(body, tmp_path)
    assert caught.value.cut is cut


def feed_on(folder, beginning, chunk, times):
    with Extractor(folder=folder, keys=DATA) as extractor:
        extractor.feed(beginning)
        for _ in range(times):
            extractor.feed(chunk)
        return sum(path.stat().st_size for path in folder.iterdir())


def test_a_picture_is_taken_up_to_its_limit_and_no_further(tmp_path):
    chunk = b"A" * 2**20
    fitting = extract.FILE_LIMIT * 4 // 3 // len(chunk)
    assert feed_on(tmp_path, b'{"data":"', chunk, fitting) <= extract.FILE_LIMIT
    with pytest.raises(MalformedBody) as caught:
        feed_on(tmp_path, b'{"data":"', chunk, fitting + 1)
    assert caught.value.cut
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("chunk", [b"a" * 65536, b"\\n" * 32768, b'","' * 20000])
def test_text_is_taken_up_to_its_limit_and_no_further(tmp_path, chunk):
    fitting = (extract.SKELETON_LIMIT - 2) // len(chunk)
    assert feed_on(tmp_path, b'["', chunk, fitting) == 0
    with pytest.raises(MalformedBody) as caught:
        feed_on(tmp_path, b'["', chunk, fitting + 1)
    assert caught.value.cut


def test_too_many_pictures_are_stopped(tmp_path):
    picture = b',{"data":"QQ=="}'
    assert (
        len(take(b"[0" + picture * extract.FILES_LIMIT + b"]", tmp_path)) == extract.FILES_LIMIT + 1
    )
    with pytest.raises(MalformedBody):
        take(b"[0" + picture * (extract.FILES_LIMIT + 1) + b"]", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"data":"' + base64.b64encode(os.urandom(3 * 2**20)) + b'"}',
        b'{"data":"' + base64.b64encode(os.urandom(3 * 2**20)).replace(b"A", b"\\/") + b'"}',
        b'{"text":"' + b"\\n" * 2**20 + b'"}',
        b'{"text":"' + b'\\"' * 2**20 + b'"}',
        b"[" + b'"a",' * 2**19 + b"0]",
        b'["' + b"a" * 2**21 + b'"]',
    ],
    ids=["base64", "escaped base64", "newlines", "quotes", "tiny strings", "one string"],
)
def test_a_chunk_is_quick(tmp_path, body):
    """64 KiB cost far less than the many milliseconds of a loop over bytes; the machine's noise
    only ever adds, so the quickest chunk is looked at, in the processor's time."""
    took = []
    with Extractor(folder=tmp_path, keys=DATA) as extractor:
        for start in range(0, len(body) - 65536, 65536):
            began = time.thread_time()
            extractor.feed(body[start : start + 65536])
            took.append(time.thread_time() - began)
    assert min(took) < 0.02


# --- texts with pictures in them --------------------------------------------------------------

URI = re.compile(
    r"(data:image/(?:png|jpe?g|webp|gif);base64,)([A-Za-z0-9+/_-]*=*)([#$%&*@^~\\])?",
    re.IGNORECASE | re.ASCII,
)
MAGICS = ("iVBORw0KGgo", "/9j/", "_9j_", "UklGR", "R0lGOD")


def read_texts(body, folder, *, sizes=(), keys=DATA):
    """The document with the bytes of each picture, or None, shown where its base64 was."""
    with Extractor(folder=folder, keys=keys, texts=TEXTS) as extractor:
        start = 0
        for size in sizes:
            extractor.feed(body[start : start + size])
            start += size
        extractor.feed(body[start:])
        extracted = extractor.finish()
        contents = [file and file.path.read_bytes() for file in extracted.files]

    def show(name, text):
        if name in keys:
            return shown(contents[int(text)])
        return PLACE.sub(lambda hit: hit[0][: hit[0].index(",") + 1] + shown(contents[int(hit[1])]),
                         text)  # fmt: skip

    assert list(folder.iterdir()) == []
    return change_strings(extracted.document, show)


def read_plainly(body, *, keys=DATA):
    """The same by `json.loads` and a pattern over whole strings."""

    def show(name, text):
        if name in keys:
            return shown(decoded(text))
        if name in TEXTS and text.startswith(MAGICS):
            return "data:image/png;base64," + shown(decoded(text))
        return URI.sub(lambda hit: hit[1] + shown(None if hit[3] else decoded(hit[2]))
                       + (hit[3] or ""), text)  # fmt: skip

    return change_strings(json.loads(body), show)


def shown(content):
    return f"<{content!r}>"


def change_strings(node, change, name=None):
    if isinstance(node, list):
        return [change_strings(item, change) for item in node]
    if isinstance(node, dict):
        return {change(None, key): change_strings(node[key], change, key) for key in node}
    return change(name, node) if isinstance(node, str) else node


short_base64s = st.binary(max_size=24).flatmap(
    lambda data: st.sampled_from(
        [
            base64.b64encode(data).decode(),
            base64.urlsafe_b64encode(data).decode(),
            base64.b64encode(data).decode().rstrip("="),
        ]
    )
)
heads = st.sampled_from(
    [
        "data:image/png;base64,",
        "DATA:Image/JPG;Base64,",
        "data:image/webp;base64,",
        "ddata:image/gif;base64,",
        "data:image/svg+xml;base64,",
        "data:image/png;base64",
        "data:ima",
        "d",
    ]
)
pieces = st.one_of(
    heads,
    st.tuples(heads, short_base64s).map("".join),
    short_base64s,
    st.sampled_from(
        [
            *("![image](", ")", " ", "\n", "*?*", "\\", '"', "=", ";", "5;", "é漢😀"),
            "u0064ata:image/png;base64,QUJD",
        ]
    ),
)
proses = st.lists(pieces, max_size=6).map("".join)
raws = st.tuples(st.sampled_from([*MAGICS, "iVBORw0KG", "/9j"]), short_base64s).map("".join)
fields = st.one_of(st.sampled_from(["content", "b64_json", "data", "contents", "url"]), proses)
answers = st.recursive(
    st.one_of(st.none(), st.integers(), proses, raws),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(fields, st.one_of(raws, inner, proses), max_size=4),
    ),
    max_leaves=10,
)


def escape_anywhere(text, escapes):
    """Characters of strings written as escapes, as `escapes` says one by one; the same JSON."""
    written, position, inside = [], 0, False
    for escape in escapes:
        if position >= len(text):
            break
        character = text[position]
        length = 1
        if inside and character == "\\":
            length = 6 if text[position + 1] == "u" else 2
        elif character == '"':
            inside = not inside
        elif inside and escape and ord(character) < 0xD800:
            character = f"\\u{ord(character):04x}" if escape == "u" else f"\\u{ord(character):04X}"
            if escape == "/" and text[position] == "/":
                character = "\\/"
        written.append(character if length == 1 else text[position : position + length])
        position += length
    return "".join(written) + text[position:]


@st.composite
def chats(draw):
    text = json.dumps(draw(answers), ensure_ascii=draw(st.booleans()))
    how = draw(st.sampled_from([[None], [None, None, None, "u"], [None, "/", "u", "U"]]))
    escapes = draw(st.lists(st.sampled_from(how), min_size=80, max_size=300))
    return escape_anywhere(text, escapes).encode()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=chats(), sizes=st.lists(st.integers(0, 30), max_size=60))
@example(body=rb'["\\u0064ata:image/png;base64,QUJD"]', sizes=[1] * 50)
@example(body=rb'["\u00fdata:image/png;base64,QUJD"]', sizes=[1] * 50)
@example(body=rb'["\u0064ata\u003aimage\/PNG;base64\u002CQUJD\u003d= "]', sizes=[1] * 70)
@example(body=rb'["data:image/png;base64,QUJD\u0029QUJD\/"]', sizes=[7] * 9)
@example(body=rb'["data:image/png;base64,data:image/png;base64,QQ==5;"]', sizes=[1] * 60)
@example(body=rb'{"content":"\/9j\/\u002f+\n"}', sizes=[1] * 40)
@example(body=rb'{"content":{"content":["iVBORw0KGgo"],"x":"iVBORw0KGgo"}}', sizes=[1] * 60)
def test_any_text_in_any_chunks_equals_the_plain_parse(body, sizes, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "texts"
    folder.mkdir(exist_ok=True)
    try:
        read = read_texts(body, folder, sizes=sizes)
    except MalformedBody:
        # Keys that stand twice count twice, though a parse keeps the last.
        every = str(json.loads(body, object_pairs_hook=list))
        assert body.count(b'"data"') + len(URI.findall(every)) > extract.FILES_LIMIT
        return
    assert read == read_plainly(body)


ALPHABET = string.ascii_letters + string.digits + "+/_-"


@pytest.mark.parametrize(
    "text",
    [
        "data:image/png;base64,QQ==5;",
        "data:image/png;base64,QQ==QUJD",
        "data:image/png;base64,QUI=QUJD)",
        "data:image/png;base64,QQ=\\u003dQUJD",
        "data:image/png;base64,data:image/png;base64,QUJD",
        "data:image/jpeg;base64," + ALPHABET,
        "data:image/gif;base64," + "".join(f"\\u{ord(each):04x}" for each in ALPHABET),
        "data:image/webp;base64," + "".join(f"\\u{ord(each):04X}" for each in ALPHABET),
        *(f"data:image/jpg;base64,QUJD\\u{code:04x}" for code in range(128)),
    ],
)
def test_where_base64_ends_in_a_text(tmp_path, text):
    """After its padding and before whatever else, however that is written, at every split."""
    body = f'["{text}"]'.encode()
    plain = read_plainly(body)
    for size in (1, 2, 3, 5, 1000):
        sizes = [size] * (len(body) // size)
        assert read_texts(body, tmp_path, sizes=sizes) == plain


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=60), document=chats(), sizes=st.lists(st.integers(0, 9)))
@example(body=b'["\\u12"', document=b"[]", sizes=[1] * 9)
def test_no_bytes_crash_the_reading_of_texts(body, document, sizes, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp() / "broken texts"
    folder.mkdir(exist_ok=True)
    for broken in (body, document[: len(document) // 2], document + body):
        try:
            read_texts(broken, folder, sizes=sizes)
        except MalformedBody:
            assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("after", "content"),
    [
        *((end, b"ABC") for end in ('"', ")", " x", "\\n", "]", "\\u0029", ",", "é", "<", "'")),
        *((stray, None) for stray in ("*?*QUJD", "%", "\\\\nQUJD", "\\u002a", "&")),
    ],
)
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_base64_that_goes_on_with_what_is_none_is_damaged(tmp_path, after, content, size):
    """Half a picture is no picture; what a text puts after an address is no harm."""
    body = ('{"text":"![](data:image/png;base64,QUJD' + after).encode()
    body += b"" if after == '"' else b'"'
    sizes = [size] * (len(body) // size)
    document = read_texts(body + b"}", tmp_path, sizes=sizes)
    assert document["text"].startswith(f"![](data:image/png;base64,<{content!r}>")


def test_a_number_in_a_text_is_never_taken_for_a_picture(tmp_path):
    body = b'{"content":"0","x":"0;","y":"data:image/png;base64,QQ==0;","z":"data:image/png,0;"}'
    with Extractor(folder=tmp_path, keys=frozenset(), texts=TEXTS) as extractor:
        extractor.feed(body)
        document = extractor.finish().document
    assert [name for name in document if PLACE.search(document[name])] == ["y"]
    assert PLACE.search(document["y"])[1] == "0"


@pytest.mark.parametrize(
    "chunk",
    [
        b"a" * 65536,
        b"\\n" * 32768,
        b"d" * 65536,
        b";" * 65536,
        b'","' * 20000,
        b"data:image/" * 5000,
    ],
    ids=["letters", "newlines", "d", "semicolons", "tiny strings", "broken heads"],
)
def test_texts_are_taken_up_to_their_limit_and_no_further(tmp_path, chunk):
    """And no file is made for them."""

    def feed(times):
        with Extractor(folder=tmp_path, keys=frozenset(), texts=TEXTS) as extractor:
            extractor.feed(b'["')
            for _ in range(times):
                extractor.feed(chunk)
            return list(tmp_path.iterdir())

    # A few bytes may be held back, as the beginning of something.
    fitting = (extract.SKELETON_LIMIT - 2) // len(chunk)
    assert feed(fitting) == []
    with pytest.raises(MalformedBody) as caught:
        feed(fitting + 2)
    assert caught.value.cut


def test_too_many_pictures_in_a_text_are_stopped(tmp_path):
    picture = b"![](data:image/png;base64,QQ==)"
    read_texts(b'["' + picture * extract.FILES_LIMIT + b'"]', tmp_path)
    with pytest.raises(MalformedBody):
        read_texts(b'["' + picture * (extract.FILES_LIMIT + 1) + b'"]', tmp_path)
    assert list(tmp_path.iterdir()) == []


LARGE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + os.urandom(3 * 2**20)


@pytest.mark.parametrize(
    "text",
    [
        b"![image](data:image/png;base64," + base64.b64encode(LARGE) + b")",
        b"data:image\\/png;base64," + base64.b64encode(LARGE).replace(b"/", b"\\/"),
        b"data:image/png;base64," + base64.urlsafe_b64encode(LARGE),
        base64.b64encode(LARGE),
    ],
    ids=["markdown", "escaped", "url-safe", "raw base64"],
)
def test_a_chunk_of_a_picture_in_a_text_is_quick_and_kept_nowhere(tmp_path, text):
    """64 KiB in well under the milliseconds that a pattern over their bytes one by one takes."""
    body = b'{"choices":[{"message":{"content":"' + text + b'"}}]}'
    took = []
    with Extractor(folder=tmp_path, keys=frozenset(), texts=TEXTS) as extractor:
        for start in range(0, len(body), 65536):
            began = time.thread_time()
            extractor.feed(body[start : start + 65536])
            took.append(time.thread_time() - began)
        assert len(extractor._skeleton) < 200
        [file] = extractor.finish().files
        assert file.digest == blake3(LARGE).hexdigest()
    assert min(took[:-1]) < 0.02


@pytest.mark.parametrize(
    "text",
    [b"the dear reader had decided; " * 40000, "漢字\\n".encode() * 150000, b"; " * 500000],
    ids=["prose", "chinese", "semicolons"],
)
def test_a_chunk_of_text_is_quick(tmp_path, text):
    took = []
    with Extractor(folder=tmp_path, keys=frozenset(), texts=TEXTS) as extractor:
        extractor.feed(b'["')
        for start in range(0, len(text) - 65536, 65536):
            began = time.thread_time()
            extractor.feed(text[start : start + 65536])
            took.append(time.thread_time() - began)
    assert min(took) < 0.02
