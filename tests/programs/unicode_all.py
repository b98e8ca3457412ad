"""The whole Unicode database, of 14.0 and of 3.2, and what str says of each character: a checksum of each block of 256."""
import unicodedata as u
import binascii

old = u.ucd_3_2_0


def entry(d, c):
    ch = chr(c)
    return (d.category(ch), d.bidirectional(ch), d.combining(ch), d.mirrored(ch), d.east_asian_width(ch), d.decomposition(ch), d.decimal(ch, None), d.digit(ch, None), d.numeric(ch, None),
            d.name(ch, None), d.normalize("NFC", ch), d.normalize("NFD", ch), d.normalize("NFKC", ch), d.normalize("NFKD", ch), d.is_normalized("NFC", ch), d.is_normalized("NFKD", ch))


def methods(ch):
    return (ch.isalpha(), ch.isdecimal(), ch.isdigit(), ch.isnumeric(), ch.isspace(), ch.isupper(), ch.islower(), ch.istitle(), ch.isprintable(), ch.isidentifier(), ("a" + ch).isidentifier(),
            ch.lower(), ch.upper(), ch.title(), ch.casefold(), ch.swapcase(), ("a" + ch + "b").splitlines())


def blocks():
    yield from range(0, 0x32000, 256)
    yield from range(0xE0000, 0xE0200, 256)
    yield from range(0x32000, 0x110000, 256 * 97)


for start in blocks():
    text = "".join(ascii((entry(u, c), entry(old, c), methods(chr(c)))) for c in range(start, start + 256))
    print(hex(start), binascii.crc32(text.encode()))
for c in range(0x32000):
    name = u.name(chr(c), None)
    if name and u.lookup(name) != chr(c):
        print("lookup", hex(c))
# The handler namereplace takes the aliases and named sequences, which the table numbers in a private area, for characters.
for c in range(0xF0000, 0xF0400):
    name = chr(c).encode("ascii", "namereplace").decode()
    print(name)
    if name.startswith("\\N"):
        print(ascii(u.lookup(name[3:-1])))
for name in "EM", "ARABIC SMALL HIGH LIGATURE ALEF WITH YEH BARREE", "SUNDANESE LETTER ARCHAIC I":   # aliases of later versions
    try:
        print(u.lookup(name))
    except KeyError as e:
        print(e)
