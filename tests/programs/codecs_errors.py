"""The codecs written in C: every error handler, and what they say of faulty input."""
import _codecs
import codecs
import warnings

warnings.simplefilter("ignore")
HANDLERS = ["strict", "ignore", "replace", "surrogateescape", "surrogatepass", "backslashreplace", "xmlcharrefreplace", "namereplace", "twist", "none such"]
codecs.register_error("twist", lambda e: ("[%s:%d:%d]" % (e.reason, e.start, e.end), e.end))
BAD_TEXT = ["a\ud800b", "\udc80\udcff", "\u1234\u1235x", "\U0001f600", "\xe9\u20ac", "", "plain", "a\x00b", "+-~\\", "\ud800\udc00"]
BAD_BYTES = [b"\xff", b"a\xe2\x82", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xc0\x80", b"\xf4\x90\x80\x80", b"ab\x80c", b"\x00\xd8", b"\x00\xd8a\x00", b"\x00\xdc", b"a", b"\xff\xfe\x00\xd8", b"\xfe\xff\xd8",
             b"\xff" * 8, b"\0\xd8\0\0", b"\0\0\xd8\0", b"\xff\xfe\0\0a\0\0\0", b"+A", b"+AA", b"+AAAA", b"+-", b"+a!", b"+\xff", b"+2AA-", b"+//-", b"+IKwA-", rb"\x", rb"\xz", rb"\x1", rb"\u12", rb"\u12zz",
             rb"\U00110000", rb"\N", rb"\N{", rb"\N{}", rb"\N{xx}", rb"\N{DIGIT ONE}", b"\\", rb"\400", rb"\z", b"\\\n", rb"\\u1234"]
ENCODINGS = ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "latin-1", "ascii", "utf-7", "unicode_escape", "raw_unicode_escape", "cp1252", "koi8-r", "utf-8-sig"]


def attempt(function, *arguments):
    try:
        return ascii(function(*arguments))
    except Exception as e:
        return type(e).__name__ + ": " + ascii(str(e))


for encoding in ENCODINGS:
    for errors in HANDLERS:
        for text in BAD_TEXT:
            print(encoding, errors, ascii(text), attempt(text.encode, encoding, errors))
        for data in BAD_BYTES:
            print(encoding, errors, data, attempt(data.decode, encoding, errors))
for name in "utf_8", "utf_7", "utf_16", "utf_16_le", "utf_32", "utf_32_be", "unicode_escape", "raw_unicode_escape":
    decode = getattr(_codecs, name + "_decode")
    for data in BAD_BYTES:
        print(name, data, attempt(decode, data, "strict", False), attempt(decode, data, "replace", False), attempt(decode, data, "twist", True))
for data in BAD_BYTES:
    print("escape", data, attempt(_codecs.escape_decode, data), attempt(_codecs.escape_decode, data, "replace"), attempt(_codecs.escape_encode, data))
