/* _json.h: what the reader (_json.c) and the writer (_json_encode.c) of JSON share. */
#pragma once
#include "module/module.h"
#include "object/dict.h"
#include "object/sequence.h"

extern Type json_scanner_type, json_encoder_type;
NATIVE(json_scanstring);
NATIVE(json_encode_basestring);
NATIVE(json_encode_basestring_ascii);
