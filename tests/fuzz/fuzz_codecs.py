"""All text encodings and byte-to-byte codecs, with all error handlers, at once and in pieces."""
import codecs
import io
import warnings

from common import binary, mutated, outcome, problem, text

warnings.simplefilter("ignore")          # unicode_escape warns of invalid escapes

NAMES = """ascii latin_1 utf_8 utf_8_sig utf_7 utf_16 utf_16_le utf_16_be utf_32 utf_32_le utf_32_be unicode_escape raw_unicode_escape punycode idna charmap
big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk hz iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr
johab shift_jis shift_jis_2004 shift_jisx0213 cp037 cp1006 cp1026 cp1125 cp1140 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp273 cp424 cp437 cp500 cp720 cp737 cp775 cp850 cp852
cp855 cp856 cp857 cp858 cp860 cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874 cp875 hp_roman8 iso8859_1 iso8859_10 iso8859_11 iso8859_13 iso8859_14 iso8859_15 iso8859_16 iso8859_2 iso8859_3 iso8859_4
iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9 koi8_r koi8_t koi8_u kz1048 mac_arabic mac_croatian mac_cyrillic mac_farsi mac_greek mac_iceland mac_latin2 mac_roman mac_romanian mac_turkish palmos
ptcp154 tis_620 undefined""".split()
MULTI = NAMES[:NAMES.index("cp037")]
ASIAN = set(NAMES[NAMES.index("big5"):NAMES.index("cp037")])
BINARY = ["hex", "base64", "uu", "quopri", "bz2", "zlib"]
ERRORS = ["strict", "ignore", "replace", "backslashreplace", "surrogateescape", "surrogatepass", "xmlcharrefreplace", "namereplace", "fuzz-text", "fuzz-bytes", "fuzz-back", "fuzz-far", "fuzz-wrong", "no-such"]
PIECES = [b"\x1b$B", b"\x1b(B", b"\x1b(J", b"\x1b$A", b"\x1b$(C", b"\x1b$(D", b"\x1b$)C", b"\x1b.A", b"\x1bN", b"\x1b(I", b"\x1b$(Q", b"\x1b$(O", b"\x0e", b"\x0f", b"~{", b"~}", b"~~", b"~\n", b"+", b"-", b"+AGE-", b"+2AHcAQ-",
          b"\\u", b"\\x4", b"\\N{", b"}", b"\\U0010ffff", b"\\777", b"\\ud83d", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x81\x30\x81\x30", b"\x84\x31", b"\xe3\x30\x9a", b"\xa1\xa1", b"\xb0\xa1", b"\x8f\xa2",
          b"\x8e\xb1", b"\x82\xa0", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xc3", b"\xe2\x82", b"\xf4\x90", b"xn--", b".", b"\x88\x62", b"\xd8\x00\xdc\x00", b"\0\0\0", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"abc", b"\n", b"=", b"=4"]
WIDE = ("abcAZ019 \\~+-&/.\n\r\0\x7f\x80\x81\xa0\xa1\xa5\xa7\xb7\xe9\xdf\xff\u0100\u0142\u0152\u0300\u0304\u0391\u0410\u05d0\u0627\u060c\u0e01\u2014\u2022\u20ac\u2116\u2193\u2550\u3000\u3042\u309a\u304b\u30ab\u30a2\uff61\uff71"
        "\u4e00\u4e9c\u9fa5\u7eee\uac00\ud7a3\u3131\u00ca\u0304\u00ea\u030c\u02e9\u02e5\ue000\ufb01\uff01\uffe3\uffe5\ufffd\uffff\ud800\udc80\udcff\udfff\U00020000\U00020089\U0001f600\U0010ffff")


def fuzz_text(error):
    return ("<%s>" % error.reason[:3], error.end)


def fuzz_bytes(error):
    return (b"\x3f\x3f" if isinstance(error, UnicodeEncodeError) else "?", error.start + 1)


def fuzz_back(error):
    """Goes on from the end, counted from behind."""
    return ("", error.end - len(error.object) or error.end)


def fuzz_far(error):
    return ("!", len(error.object) + error.start % 3)


def fuzz_wrong(error):
    return (None, "x", 1, ("x",), ("x", "y"), (1, 2))[error.start % 6]


for name, handler in list(globals().items()):
    if name.startswith("fuzz_"):
        codecs.register_error(name.replace("_", "-"), handler)


def some_bytes(chance):
    data = b"".join(chance.choice(PIECES) if chance.random() < .4 else binary(chance, 6) for _ in range(chance.choice((0, 1, 2, 3, 6))))
    return data + b"x" * chance.choice((0, 0, 0, 0, 40, 100))


def generate(chance, corpus):
    encoding = chance.choice(MULTI) if chance.random() < .8 else chance.choice(NAMES)
    errors = chance.choice(ERRORS) if chance.random() < .8 else "strict"
    kind = chance.random()
    made = text(chance, 10, WIDE)
    if chance.random() < .1:
        place = chance.randint(0, len(made))
        made = made[:place] + chance.choice(("a", "abc ", "\xe9", "\u3042x", "\U0001f600")) * chance.choice((7, 16, 33, 300)) + made[place:]
    if kind < .35:
        data = some_bytes(chance)
        if chance.random() < .5:
            try:
                data = mutated(chance, made.encode(encoding, "ignore"), lambda chance: chance.choice(PIECES) if chance.random() < .3 else binary(chance, 2))
            except UnicodeError:
                pass
        cuts = sorted(chance.randint(0, len(data)) for _ in range(chance.randint(0, 4)))
        return ("decode", encoding, errors, data, tuple(cuts), chance.random() < .8)
    if kind < .7:
        if chance.random() < .2:
            made += chr(chance.choice((chance.randrange(0x110000), chance.randrange(0x10000))))
        cuts = sorted(chance.randint(0, len(made)) for _ in range(chance.randint(0, 4)))
        return ("encode", encoding, errors, made, tuple(cuts), chance.random() < .8)
    if kind < .75:
        if chance.random() < .3:
            return (chance.choice(("decode", "encode")), "rot_13", errors, made, (1, 2), True)
        return (chance.choice(("decode", "encode")), chance.choice(BINARY), errors, some_bytes(chance), (1, 2), True)
    if kind < .77:
        return ("writer", encoding, errors, made, chance.choice(NAMES), some_bytes(chance))
    if kind < .82:
        table = chance.choice(("abc\ufffe\xe9", "", "\u3042" * 300, {97: "xx", 98: None, 99: 1}, {97: 0x10FFFF, 98: -1}, {97: "", 98: 300, 233: b"yy"}, {i: 255 - i for i in range(256)}))
        return ("charmap", errors, table, some_bytes(chance), made)
    if kind < .88:
        return ("escape", chance.choice(("escape", "unicode_escape", "raw_unicode_escape")), errors, mutated(chance, made.encode("unicode_escape") or b"\\", lambda chance: chance.choice(PIECES)))
    if kind < .94:
        return ("stream", encoding, errors, some_bytes(chance), chance.choice((-1, 0, 1, 3)), chance.choice((-1, 1, 4)))
    return ("text", encoding, errors.replace("no-such", "strict"), some_bytes(chance), chance.choice((None, "", "\n", "\r", "\r\n")), chance.randint(1, 9), made)


def shown_state(encoding, coder):
    """The state, which is set again. As a number it is each implementation's own where there are shift states."""
    try:
        state = coder.getstate()
        coder.setstate(state)
    except Exception as error:
        return problem(error)
    if encoding.startswith(("iso2022", "hz")):
        return ascii(state[0]) if isinstance(state, tuple) else ""
    return ascii(state)


def decode(encoding, errors, data, cuts, final):
    results = [outcome(codecs.decode, data, encoding, errors)]
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors)
    except Exception as error:
        return " | ".join(results + [problem(error)])
    for i, (start, end) in enumerate(zip((0, *cuts), (*cuts, len(data)))):
        results.append(outcome(decoder.decode, data[start:end], final and i == len(cuts)))
        results.append(shown_state(encoding, decoder))
    decoder.reset()
    return " | ".join(results + [outcome(decoder.decode, data, True)])


def encode(encoding, errors, made, cuts, final):
    results = [outcome(codecs.encode, made, encoding, errors)]
    try:
        encoder = codecs.getincrementalencoder(encoding)(errors)
    except Exception as error:
        return " | ".join(results + [problem(error)])
    for i, (start, end) in enumerate(zip((0, *cuts), (*cuts, len(made)))):
        results.append(outcome(encoder.encode, made[start:end], final and i == len(cuts)))
        results.append(shown_state(encoding, encoder))
    encoder.reset()
    return " | ".join(results + [outcome(encoder.encode, made, True)])


def stream(encoding, errors, data, size, letters):
    try:
        reader = codecs.getreader(encoding)(io.BytesIO(data), errors)
    except Exception as error:
        return problem(error)
    return " | ".join([outcome(reader.read, size, letters), outcome(reader.readline), outcome(reader.read, 2, 1, True), outcome(reader.readlines), outcome(reader.read)])


def writer(encoding, errors, made, other, data):
    """StreamWriter, StreamReaderWriter, EncodedFile and StreamRecoder over bytes."""
    file = io.BytesIO()
    try:
        stream = codecs.getwriter(encoding)(file, errors)
    except Exception as error:
        return problem(error)
    results = [outcome(stream.write, made), outcome(stream.writelines, [made, "a", made[:1]]), outcome(stream.reset), outcome(stream.write, "b"), repr(file.getvalue())]
    both = codecs.StreamReaderWriter(io.BytesIO(data), codecs.getreader(encoding), codecs.getwriter(encoding), errors)
    results += [outcome(both.readline), outcome(both.read, 1), outcome(both.write, made), outcome(both.seek, 0), outcome(lambda: list(both)[:9])]
    results += [outcome(lambda: codecs.EncodedFile(io.BytesIO(data), encoding, other, errors).read()), outcome(lambda: list(codecs.iterdecode([data[:1], data[1:3], b"", data[3:]], encoding, errors))),
                outcome(lambda: list(codecs.iterencode([made[:1], made[1:3], "", made[3:]], encoding, errors)))]
    return " | ".join(results)


def through_text(encoding, errors, data, newline, size, made):
    try:
        file = io.TextIOWrapper(io.BytesIO(data), encoding, errors, newline)
    except Exception as error:
        return problem(error)
    results = [outcome(file.read, size), outcome(file.tell), outcome(file.readline, size), outcome(file.readline), outcome(file.tell), outcome(file.read), outcome(file.seek, 0), outcome(file.readlines),
               outcome(file.write, made), outcome(file.flush), outcome(lambda: file.buffer.getvalue())]
    return " | ".join(results)


def compared(case):
    """The tables of the East Asian encodings are the C library's, which differ from python3.11's in places: only crashes count there."""
    return case[1] not in ASIAN and not (case[0] == "writer" and case[4] in ASIAN)


def evaluate(case):
    kind, *rest = case
    if kind == "charmap":
        errors, table, data, made = rest
        return " | ".join([outcome(codecs.charmap_decode, data, errors, table), outcome(codecs.charmap_encode, made, errors, table), outcome(codecs.charmap_encode, made, errors, None),
                           outcome(made.translate, table), outcome(lambda: codecs.charmap_build(table) and 1)])
    if kind == "escape":
        name, errors, data = rest
        return " | ".join([outcome(getattr(codecs, name + "_decode"), data, errors), outcome(getattr(codecs, name + "_decode"), data, errors, False) if name != "escape" else outcome(codecs.escape_encode, data, errors)])
    return {"decode": decode, "encode": encode, "stream": stream, "writer": writer, "text": through_text}[kind](*rest)
