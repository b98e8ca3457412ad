/* modules.c: _codecs_cn, _codecs_hk, _codecs_iso2022, _codecs_jp, _codecs_kr and _codecs_tw, each with a function getcodec. */
#include "module/_multibytecodec/multibyte.h"

static Value find_codec(const CodingDef *defs, Value name)
{
    if (!is_str(name)) return raise_type("encoding name must be a string.");
    for (; defs->name; defs++)
        if (str_equal_ascii(name, defs->name)) return type_ready(&multibyte_codec_type) ? multibyte_codec_new(defs) : 0;
    return raise_format(&exc_LookupError, "no such codec is supported.");
}

#define CODEC_MODULE(module, ...) \
    static const CodingDef module##_defs[] = {__VA_ARGS__, {0}}; \
    static NATIVE(module##_getcodec) { return find_codec(module##_defs, args[0]); } \
    static const NativeDef module##_functions[] = {{"getcodec", "(name, /)", module##_getcodec, "The codec of that name."}, {0}}; \
    const ModuleDef module_##module = {.name = #module, .functions = module##_functions};

CODEC_MODULE(_codecs_cn, {"gb2312", CODING_PLAIN, "EUC-CN"}, {"gbk", CODING_PLAIN, "GBK"}, {"gb18030", CODING_PLAIN, "GB18030"}, {"hz", CODING_HZ, "EUC-CN"})
CODEC_MODULE(_codecs_hk, {"big5hkscs", CODING_PLAIN, "BIG5-HKSCS"})
CODEC_MODULE(_codecs_tw, {"big5", CODING_PLAIN, "BIG5"}, {"cp950", CODING_PLAIN, "CP950"})
CODEC_MODULE(_codecs_kr, {"euc_kr", CODING_PLAIN, "EUC-KR"}, {"cp949", CODING_PLAIN, "UHC"}, {"johab", CODING_PLAIN, "JOHAB"})
CODEC_MODULE(_codecs_jp, {"shift_jis", CODING_PLAIN, "SHIFT_JIS"}, {"cp932", CODING_PLAIN, "CP932"}, {"euc_jp", CODING_PLAIN, "EUC-JP"},
             {"shift_jis_2004", CODING_PLAIN, "SHIFT_JISX0213"}, {"euc_jis_2004", CODING_PLAIN, "EUC-JISX0213"}, {"euc_jisx0213", CODING_PLAIN, "EUC-JISX0213"},
             {"shift_jisx0213", CODING_PLAIN, "SHIFT_JISX0213"})
CODEC_MODULE(_codecs_iso2022, {"iso2022_kr", CODING_ISO2022, "N"}, {"iso2022_jp", CODING_ISO2022, "JR"}, {"iso2022_jp_1", CODING_ISO2022, "JSR"},
             {"iso2022_jp_2", CODING_ISO2022, "JSkGR"}, {"iso2022_jp_2004", CODING_ISO2022, "Jq2"}, {"iso2022_jp_3", CODING_ISO2022, "J12"},
             {"iso2022_jp_ext", CODING_ISO2022, "JSRK"})
