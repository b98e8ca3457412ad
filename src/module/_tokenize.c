/* _tokenize.c: the front end's tokens as tuples (text, type, lineno, end_lineno, col_offset, end_col_offset, line). Columns count bytes of UTF-8.
 *
 * The text is tokenized when the iterator is made. Where the tokenizer refuses with a message of its own, the iterator raises it behind the tokens before; other errors just end the iteration.
 */
#include "module/module.h"
#include "object/sequence.h"
#include "syntax/token.h"
#include "vm/vm.h"

typedef struct TokenizerObj {
    Obj head;
    Value tokens, error;
    int64_t next;
} TokenizerObj;
static Type tokenizer_type;

static void tokenizer_trace(Obj *o) { gc_visit(((TokenizerObj *)o)->tokens), gc_visit(((TokenizerObj *)o)->error); }

/* The numbers that the library's `token` gives to kinds. */
/* clang-format off */
static const uint8_t kind_numbers[T_FIRST_KEYWORD] = {
    [T_END] = 0, [T_NAME] = 1, [T_NUMBER] = 2, [T_STRING] = 3, [T_NEWLINE] = 4, [T_INDENT] = 5, [T_DEDENT] = 6, [T_LPAR] = 7, [T_RPAR] = 8, [T_LSQB] = 9, [T_RSQB] = 10, [T_COLON] = 11,
    [T_COMMA] = 12, [T_SEMI] = 13, [T_PLUS] = 14, [T_MINUS] = 15, [T_STAR] = 16, [T_SLASH] = 17, [T_VBAR] = 18, [T_AMPER] = 19, [T_LESS] = 20, [T_GREATER] = 21, [T_EQUAL] = 22, [T_DOT] = 23,
    [T_PERCENT] = 24, [T_LBRACE] = 25, [T_RBRACE] = 26, [T_EQEQUAL] = 27, [T_NOTEQUAL] = 28, [T_LESSEQUAL] = 29, [T_GREATEREQUAL] = 30, [T_TILDE] = 31, [T_CIRCUMFLEX] = 32, [T_LEFTSHIFT] = 33,
    [T_RIGHTSHIFT] = 34, [T_DOUBLESTAR] = 35, [T_PLUSEQUAL] = 36, [T_MINEQUAL] = 37, [T_STAREQUAL] = 38, [T_SLASHEQUAL] = 39, [T_PERCENTEQUAL] = 40, [T_AMPEREQUAL] = 41, [T_VBAREQUAL] = 42,
    [T_CIRCUMFLEXEQUAL] = 43, [T_LEFTSHIFTEQUAL] = 44, [T_RIGHTSHIFTEQUAL] = 45, [T_DOUBLESTAREQUAL] = 46, [T_DOUBLESLASH] = 47, [T_DOUBLESLASHEQUAL] = 48, [T_AT] = 49, [T_ATEQUAL] = 50,
    [T_ARROW] = 51, [T_ELLIPSIS] = 52, [T_COLONEQUAL] = 53, [T_OTHER] = 54,
};
/* clang-format on */

/* Keywords are names there, but for two. */
static int kind_number(TokenKind kind) { return kind < T_FIRST_KEYWORD ? kind_numbers[kind] : kind == T_AWAIT ? 55 : kind == T_ASYNC ? 56 : kind_numbers[T_NAME]; }

static Value token_value(const Tokens *tokens, const Token *t)
{
    const char *start = tokens->text + t->start, *end = tokens->text + t->end, *stop = tokens->text + tokens->size, *line_start = tokens->text + t->buffer;
    if (t->kind == T_DEDENT && start == stop) {   /* those at the end of the text belong to its last line */
        line_start = stop - 1;
        while (line_start > tokens->text && line_start[-1] != '\n') line_start--;
    }
    const char *line_end = line_start > end ? line_start : end;
    while (line_end < stop && *line_end != '\n') line_end++;
    if (line_end < stop) line_end++;
    Value text = str_from_utf8(start, t->col < 0 ? 0 : (size_t)(end - start)), line = str_from_utf8(line_start, (size_t)(line_end - line_start));
    if (!text || !line) return 0;
    return tuple_pack(7, text, small_int(kind_number(t->kind)), small_int(t->lineno), small_int(t->end_lineno), small_int(t->col), small_int(t->end_col), line);
}

static bool take_error(Source *source, const Tokens *tokens, Value filename, TokenizerObj *result)
{
    const TokenError *e = &tokens->error;
    if (!e->raised) return true;
    const char *line = tokens->text, *stop = tokens->text + tokens->size;
    for (int n = tokens->first_lineno; n < e->lineno; n++) {
        const char *newline = memchr(line, '\n', (size_t)(stop - line));
        if (!newline) break;
        line = newline + 1;
    }
    const Text *text = text_new(source->arena, line, strcspn(line, "\n"));
    source_error_raw(source, e->kind, text, e->lineno, e->offset, e->end_lineno, e->end_offset, e->message);
    vm_front_end_report(source, filename, false);
    SET(result, error, error_take());
    return true;
}

static Value tokenize_work(Source *source, Value filename, void *context)
{
    TokenizerObj *result = context;
    Tokens *tokens = arena_new(source->arena, Tokens);
    if (!source_decode(source, tokens)) return vm_front_end_report(source, filename, false), 0;
    keywords_mark(&source->names);
    tokenize(source, tokens);
    for (uint32_t i = 0; i < tokens->count; i++) {
        const Token *t = &tokens->items[i];
        if (t->kind == T_END) break;
        if (t->kind == T_ERROR) {
            take_error(source, tokens, filename, result);
            break;
        }
        if (!list_append(result->tokens, token_value(tokens, t))) return 0;
    }
    return VALUE(result);
}

static Value tokenizer_new(Type *type, Value *args, size_t nargs, Value kwnames)
{
    static Signature *signature;
    Value source;
    if (!native_bind("TokenizerIter", "(source)", &signature, args, nargs, kwnames, &source)) return 0;
    if (!is_str(source)) return raise_bad_argument("TokenizerIter", "source", "str", source);
    FrontEndInput input = {.filename = NAME("<string>"), .mode = PARSE_FILE, .flags = PYCF_IGNORE_COOKIE, .feature_version = 11};
    if (!(input.text = str_utf8(source, &input.size))) return 0;
    TokenizerObj *t = NEW_OF(TokenizerObj, type, tokenizer_type);
    if (!t) return 0;
    Value list = list_new(0);
    SET(t, tokens, list);
    return list ? vm_front_end_run(&input, tokenize_work, t) : 0;
}

static Value tokenizer_next(Value self)
{
    TokenizerObj *t = (TokenizerObj *)self;
    if (t->next < list_size(t->tokens)) return list_get(t->tokens, t->next++);
    Value error = t->error;
    t->error = 0;
    return error ? raise_instance(error) : 0;
}

static Type tokenizer_type = {
    TYPE_INIT("_tokenize.TokenizerIter", TokenizerObj), .flags = TYPE_BASE, .new = tokenizer_new, .trace = tokenizer_trace, .iter = iter_self, .next = tokenizer_next};

static bool init(Value module) { return module_add_type(module, &tokenizer_type); }
const ModuleDef module__tokenize = {"_tokenize", 0, 0, init};
