/* pyexpat.c: the XML parser expat.
 *
 * A parser object holds one Python function for each kind of event. A handler that raises stops the parser; the exception leaves Parse. Character data can be collected into
 * greater pieces (buffer_text), which are delivered before any other event.
 */
#include "module/module.h"
#include "object/str.h"
#include <expat.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

/* clang-format off */
typedef enum Handler {
    ON_START_ELEMENT, ON_END_ELEMENT, ON_INSTRUCTION, ON_TEXT, ON_UNPARSED, ON_NOTATION, ON_START_NAMESPACE, ON_END_NAMESPACE, ON_COMMENT, ON_START_CDATA, ON_END_CDATA, ON_DEFAULT, ON_DEFAULT_EXPAND, ON_NOT_STANDALONE,
    ON_EXTERNAL, ON_START_DOCTYPE, ON_END_DOCTYPE, ON_ENTITY, ON_XML, ON_ELEMENT, ON_ATTLIST, ON_SKIPPED, HANDLERS
} Handler;
/* clang-format on */

typedef struct ParserObj {
    Obj head;
    XML_Parser parser;
    Value handlers[HANDLERS];   /* 0: none */
    Value intern;               /* dict, or 0 */
    Value parent;               /* of an external entity's parser: it must outlive this one */
    char *text;                 /* collected character data, when buffer_text */
    int text_size, text_used;
    bool ordered, specified, prefixes, in_callback;
    const char *input;          /* what is being parsed */
    size_t input_size;
    size_t entities;            /* so many declarations of entities were in it, and in that of the entities' parsers */
    unsigned matched;           /* so many bytes of `word` were the last */
    char word[8];               /* "<!ENTITY" in the document's encoding */
} ParserObj;
static Type parser_type;
static Value expat_error;

static void parser_trace(Obj *o)
{
    ParserObj *p = (ParserObj *)o;
    gc_visit_values(p->handlers, HANDLERS);
    gc_visit(p->intern);
    gc_visit(p->parent);
}
static void parser_finalize(Obj *o)
{
    ParserObj *p = (ParserObj *)o;
    if (p->parser) XML_ParserFree(p->parser);
    free(p->text);
    p->parser = 0;
    p->text = 0;
}

static uint64_t raise_expat(ParserObj *p, enum XML_Error code)
{
    if (code == XML_ERROR_NO_MEMORY) return raise_memory();
    long line = (long)XML_GetErrorLineNumber(p->parser), column = (long)XML_GetErrorColumnNumber(p->parser);
    Value text = str_format_c("%s: line %ld, column %ld", XML_ErrorString(code), line, column), error = text ? call_1(expat_error, text) : 0;
    if (!error || !object_setattr(error, NAME("code"), int_new(code)) || !object_setattr(error, NAME("offset"), int_new(column)) ||
        !object_setattr(error, NAME("lineno"), int_new(line)))
        return 0;
    return raise_instance(error);
}

/* ---------------------------------------------------------------- events */

static Value text_value(const XML_Char *text) { return text ? str_from_utf8(text, strlen(text)) : NONE; }
static Value name_value(ParserObj *p, const XML_Char *text)
{
    Value name = text_value(text);
    if (!p->intern || !name || name == NONE) return name;
    Value known = dict_get(p->intern, name);
    if (known || thread_self->exception) return known;
    return dict_set(p->intern, name, name) ? name : 0;
}

/* Calls a handler; the items (0: failed already) are its arguments. 0: an exception, and the parser stops. */
static Value deliver(ParserObj *p, Handler handler, Value *items, int count)
{
    Value result = 0, words[8];
    bool complete = true;
    for (int i = 0; i < count; i++) {
        if (!items[i]) complete = false;
        words[i + 1] = items[i];
    }
    bool was = p->in_callback;
    p->in_callback = true;
    if (complete && p->handlers[handler]) result = object_call(p->handlers[handler], words + 1, (size_t)count, 0);
    p->in_callback = was;
    if (!result) XML_StopParser(p->parser, XML_FALSE);
    return result;
}

static bool flush_text(ParserObj *p)
{
    if (!p->text || !p->text_used) return true;
    Value text = str_from_utf8(p->text, (size_t)p->text_used);
    p->text_used = 0;
    return !p->handlers[ON_TEXT] || deliver(p, ON_TEXT, &text, 1);
}
/* Is the event to be delivered? What was collected comes first. */
static bool begins(ParserObj *p, Handler handler)
{
    if (thread_self->exception || !p->handlers[handler]) return false;
    return flush_text(p) && p->handlers[handler];
}
#define EVENT(handler, ...) \
    ParserObj *p = data; \
    if (!begins(p, handler)) return; \
    Value items[] = {__VA_ARGS__}; \
    deliver(p, handler, items, (int)(sizeof items / sizeof *items))

static Value attributes_value(ParserObj *p, const XML_Char **attributes)
{
    int count = 0, most = p->specified ? XML_GetSpecifiedAttributeCount(p->parser) : INT_MAX;
    Value container = p->ordered ? list_new(0) : dict_new();
    for (; container && attributes[count] && count < most; count += 2) {
        Value name = name_value(p, attributes[count]), value = name ? text_value(attributes[count + 1]) : 0;
        if (!value || !(p->ordered ? list_append(container, name) && list_append(container, value) : dict_set(container, name, value))) return 0;
    }
    return container;
}
static void on_start_element(void *data, const XML_Char *name, const XML_Char **attributes) { EVENT(ON_START_ELEMENT, name_value(p, name), attributes_value(p, attributes)); }
static void on_end_element(void *data, const XML_Char *name) { EVENT(ON_END_ELEMENT, name_value(p, name)); }
static void on_instruction(void *data, const XML_Char *target, const XML_Char *text) { EVENT(ON_INSTRUCTION, name_value(p, target), text_value(text)); }
static void on_unparsed(void *data, const XML_Char *entity, const XML_Char *base, const XML_Char *system, const XML_Char *public, const XML_Char *notation)
{
    EVENT(ON_UNPARSED, name_value(p, entity), name_value(p, base), name_value(p, system), name_value(p, public), name_value(p, notation));
}
static void on_notation(void *data, const XML_Char *notation, const XML_Char *base, const XML_Char *system, const XML_Char *public)
{
    EVENT(ON_NOTATION, name_value(p, notation), name_value(p, base), name_value(p, system), name_value(p, public));
}
static void on_start_namespace(void *data, const XML_Char *prefix, const XML_Char *uri) { EVENT(ON_START_NAMESPACE, name_value(p, prefix), name_value(p, uri)); }
static void on_end_namespace(void *data, const XML_Char *prefix) { EVENT(ON_END_NAMESPACE, name_value(p, prefix)); }
static void on_comment(void *data, const XML_Char *text) { EVENT(ON_COMMENT, text_value(text)); }
#define EVENT_BARE(handler) \
    ParserObj *p = data; \
    if (begins(p, handler)) deliver(p, handler, 0, 0)
static void on_start_cdata(void *data) { EVENT_BARE(ON_START_CDATA); }
static void on_end_cdata(void *data) { EVENT_BARE(ON_END_CDATA); }
static void on_end_doctype(void *data) { EVENT_BARE(ON_END_DOCTYPE); }
static void on_default(void *data, const XML_Char *text, int size) { EVENT(ON_DEFAULT, str_from_utf8(text, (size_t)size)); }
static void on_default_expand(void *data, const XML_Char *text, int size) { EVENT(ON_DEFAULT_EXPAND, str_from_utf8(text, (size_t)size)); }
static int answer(Value result)
{
    int64_t number;
    if (!result) return XML_STATUS_ERROR;
    return number_as_int64(result, &number) && number ? XML_STATUS_OK : XML_STATUS_ERROR;
}
static int on_not_standalone(void *data)
{
    ParserObj *p = data;
    return begins(p, ON_NOT_STANDALONE) ? answer(deliver(p, ON_NOT_STANDALONE, 0, 0)) : XML_STATUS_ERROR;
}
static int on_external(XML_Parser parser, const XML_Char *context, const XML_Char *base, const XML_Char *system, const XML_Char *public)
{
    ParserObj *p = XML_GetUserData(parser);
    if (!begins(p, ON_EXTERNAL)) return XML_STATUS_ERROR;
    Value items[] = {text_value(context), name_value(p, base), name_value(p, system), name_value(p, public)};
    return answer(deliver(p, ON_EXTERNAL, items, 4));
}
static void on_start_doctype(void *data, const XML_Char *name, const XML_Char *system, const XML_Char *public, int subset)
{
    EVENT(ON_START_DOCTYPE, name_value(p, name), name_value(p, system), name_value(p, public), int_new(subset));
}
static void on_entity(void *data, const XML_Char *name, int parameter, const XML_Char *value, int size, const XML_Char *base, const XML_Char *system, const XML_Char *public,
                      const XML_Char *notation)
{
    EVENT(ON_ENTITY, name_value(p, name), int_new(parameter), value ? str_from_utf8(value, (size_t)size) : NONE, name_value(p, base), name_value(p, system), name_value(p, public),
          name_value(p, notation));
}
static void on_xml(void *data, const XML_Char *version, const XML_Char *encoding, int standalone) { EVENT(ON_XML, text_value(version), text_value(encoding), int_new(standalone)); }
static Value model_value(ParserObj *p, const XML_Content *model, int depth)
{
    if (depth > 1000) return raise_format(&exc_RecursionError, "content model too deep");
    Value children = tuple_new(model->numchildren);
    for (unsigned i = 0; children && i < model->numchildren; i++) {
        Value child = model_value(p, &model->children[i], depth + 1);
        if (!child) return 0;
        tuple_items(children)[i] = child;
        gc_barrier((Obj *)children);
    }
    Value name = children ? name_value(p, model->name) : 0;
    return name ? tuple_pack(4, int_new(model->type), int_new(model->quant), name, children) : 0;
}
static void element_event(void *data, const XML_Char *name, XML_Content *model) { EVENT(ON_ELEMENT, name_value(p, name), model_value(p, model, 0)); }
static void on_element(void *data, const XML_Char *name, XML_Content *model)
{
    element_event(data, name, model);
    XML_FreeContentModel(((ParserObj *)data)->parser, model);
}
static void on_attlist(void *data, const XML_Char *element, const XML_Char *attribute, const XML_Char *type, const XML_Char *value, int required)
{
    EVENT(ON_ATTLIST, name_value(p, element), name_value(p, attribute), text_value(type), text_value(value), int_new(required));
}
static void on_skipped(void *data, const XML_Char *name, int parameter) { EVENT(ON_SKIPPED, name_value(p, name), int_new(parameter)); }

static void on_text(void *data, const XML_Char *text, int size)
{
    ParserObj *p = data;
    if (thread_self->exception || !p->handlers[ON_TEXT]) return;
    if (p->text && p->text_used + size > p->text_size && !flush_text(p)) return;
    if (!p->handlers[ON_TEXT]) return;
    if (p->text && size <= p->text_size) {
        memcpy(p->text + p->text_used, text, (size_t)size);
        p->text_used += size;
        return;
    }
    Value value = str_from_utf8(text, (size_t)size);
    deliver(p, ON_TEXT, &value, 1);
}

enum { ENTITY_WORD = 8 };   /* the length of "<!ENTITY" */

/* Counts the declarations of entities in the bytes that are being parsed; zero bytes between the letters (UTF-16) do not matter. */
static void count_entities(ParserObj *p)
{
    ParserObj *root = p;
    while (root->parent) root = (ParserObj *)root->parent;
    const char *data = p->input, *end = data + p->input_size;
    for (; data < end; data++) {
        if (!p->matched && !(data = memchr(data, p->word[0], (size_t)(end - data)))) return;
        if (*data == p->word[p->matched]) {
            if (++p->matched == ENTITY_WORD) root->entities++, p->matched = 0;
        } else if (*data) p->matched = *data == p->word[0];
    }
}

/* The library follows entities in entities by recursion, as deep as there are entities. */
static bool entities_fit(ParserObj *p)
{
    enum { FRAME = 512 };   /* measured: 356 bytes for each entity on the way */
    while (p->parent) p = (ParserObj *)p->parent;
    return p->entities * FRAME < c_stack_left() || raise_recursion(" while following XML entities");
}

/* Encodings of one byte a character that expat does not know are asked of the codecs. */
static int on_unknown_encoding(void *data, const XML_Char *name, XML_Encoding *info)
{
    uint8_t all[256];
    if (thread_self->exception) return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++) all[i] = (uint8_t)i;
    Value text = str_decode((char *)all, 256, name, "replace");
    if (!text) return XML_STATUS_ERROR;
    if (str_length(text) != 256) return raise_value("multi-byte encodings are not supported"), XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++) {
        uint32_t c = str_char(text, i);
        info->map[i] = c == 0xfffd ? -1 : (int)c;
    }
    info->data = 0;
    info->convert = 0;
    info->release = 0;
    /* What looked like a declaration so far was none, and the reverse. */
    ParserObj *p = data;
    for (int i = 0; i < 256; i++) {
        const char *letter = info->map[i] > 0 && info->map[i] < 128 ? strchr("<!ENTIY", info->map[i]) : 0;
        for (int n = 0; letter && n < ENTITY_WORD; n++)
            if ("<!ENTITY"[n] == *letter) p->word[n] = (char)i;
    }
    p->matched = 0;
    count_entities(p);
    return entities_fit(p) ? XML_STATUS_OK : XML_STATUS_ERROR;
}

/* Tells expat which events are wanted; it works less for the others. */
static void install(ParserObj *p, Handler which)
{
    XML_Parser x = p->parser;
#define ON(handler, set, function) \
    case handler: set(x, p->handlers[handler] ? function : 0); break;
    /* clang-format off */
    switch (which) {
        ON(ON_START_ELEMENT, XML_SetStartElementHandler, on_start_element) ON(ON_END_ELEMENT, XML_SetEndElementHandler, on_end_element)
        ON(ON_INSTRUCTION, XML_SetProcessingInstructionHandler, on_instruction) ON(ON_TEXT, XML_SetCharacterDataHandler, on_text)
        ON(ON_UNPARSED, XML_SetUnparsedEntityDeclHandler, on_unparsed) ON(ON_NOTATION, XML_SetNotationDeclHandler, on_notation)
        ON(ON_START_NAMESPACE, XML_SetStartNamespaceDeclHandler, on_start_namespace) ON(ON_END_NAMESPACE, XML_SetEndNamespaceDeclHandler, on_end_namespace)
        ON(ON_COMMENT, XML_SetCommentHandler, on_comment) ON(ON_START_CDATA, XML_SetStartCdataSectionHandler, on_start_cdata)
        ON(ON_END_CDATA, XML_SetEndCdataSectionHandler, on_end_cdata) ON(ON_DEFAULT, XML_SetDefaultHandler, on_default)
        ON(ON_DEFAULT_EXPAND, XML_SetDefaultHandlerExpand, on_default_expand) ON(ON_NOT_STANDALONE, XML_SetNotStandaloneHandler, on_not_standalone)
        ON(ON_EXTERNAL, XML_SetExternalEntityRefHandler, on_external) ON(ON_START_DOCTYPE, XML_SetStartDoctypeDeclHandler, on_start_doctype)
        ON(ON_END_DOCTYPE, XML_SetEndDoctypeDeclHandler, on_end_doctype) ON(ON_ENTITY, XML_SetEntityDeclHandler, on_entity)
        ON(ON_XML, XML_SetXmlDeclHandler, on_xml) ON(ON_ELEMENT, XML_SetElementDeclHandler, on_element)
        ON(ON_ATTLIST, XML_SetAttlistDeclHandler, on_attlist) ON(ON_SKIPPED, XML_SetSkippedEntityHandler, on_skipped)
        default: break;
    }
    /* clang-format on */
}

/* ---------------------------------------------------------------- methods */

static Value parse_result(ParserObj *p, enum XML_Status status)
{
    if (thread_self->exception) return 0;
    if (status == XML_STATUS_ERROR) return raise_expat(p, XML_GetErrorCode(p->parser));
    return flush_text(p) ? int_new(status) : 0;
}
static Value parse_bytes(ParserObj *p, const char *data, size_t size, bool final)
{
    enum { PIECE = 1 << 20 };
    enum XML_Status status = XML_STATUS_OK;
    p->input = data, p->input_size = size;
    count_entities(p);
    if (!entities_fit(p)) return 0;
    for (; size > PIECE && status != XML_STATUS_ERROR && !thread_self->exception; data += PIECE, size -= PIECE) status = XML_Parse(p->parser, data, PIECE, 0);
    if (status != XML_STATUS_ERROR && !thread_self->exception) status = XML_Parse(p->parser, data, (int)size, final);
    return parse_result(p, status);
}
static NATIVE(parser_Parse)
{
    ParserObj *p = (ParserObj *)args[0];
    int final = object_truth(args[2]);
    if (final < 0) return 0;
    if (is_str(args[1])) {
        size_t size;
        const char *text = str_utf8(args[1], &size);
        if (!text) return 0;
        /* Refused once parsing has begun, where it is set already. */
        XML_ParsingStatus begun;
        XML_GetParsingStatus(p->parser, &begun);
        if (begun.parsing == XML_INITIALIZED && XML_SetEncoding(p->parser, "utf-8") != XML_STATUS_OK) return raise_memory();
        return parse_bytes(p, text, size, final);
    }
    Buffer data;
    if (!buffer_get(args[1], &data, BUFFER_SIMPLE)) return 0;
    Value result = parse_bytes(p, data.data, (size_t)data.length, final);
    buffer_release(&data);
    return result;
}
static NATIVE(parser_ParseFile)
{
    ParserObj *p = (ParserObj *)args[0];
    Value read = object_getattr_opt(args[1], NAME("read"));
    if (!read) return thread_self->exception ? 0 : raise_type("argument must have 'read' attribute");
    for (;;) {
        Value piece = call_1(read, int_new(2048));
        if (!piece) return 0;
        Buffer data = {0};
        if (is_str(piece) || !has_buffer(piece)) return raise_type("read() did not return a bytes object (type=%.400T)", piece);
        if (!buffer_get(piece, &data, BUFFER_SIMPLE)) return 0;
        int64_t size = data.length;
        if (size > 2048) {
            buffer_release(&data);
            return raise_value("read() returned too much data: %i bytes requested, %ld returned", 2048, (long)size);
        }
        Value result = parse_bytes(p, data.data, (size_t)size, size == 0);
        buffer_release(&data);
        if (!result || !size) return result;
    }
}
static NATIVE(parser_SetBase)
{
    const char *base = is_str(args[1]) ? str_utf8(args[1], 0) : (const char *)raise_type("SetBase() argument must be str, not %T", args[1]);
    if (!base) return 0;
    return XML_SetBase(((ParserObj *)args[0])->parser, base) ? NONE : raise_memory();
}
static NATIVE(parser_GetBase) { return text_value(XML_GetBase(((ParserObj *)args[0])->parser)); }
static NATIVE(parser_GetInputContext)
{
    ParserObj *p = (ParserObj *)args[0];
    int offset, size;
    if (!p->in_callback) return NONE;
    const char *context = XML_GetInputContext(p->parser, &offset, &size);
    return context ? bytes_new(context + offset, (size_t)(size - offset)) : NONE;
}
static NATIVE(parser_SetParamEntityParsing)
{
    int flag;
    return number_as_int(args[1], &flag) ? int_new(XML_SetParamEntityParsing(((ParserObj *)args[0])->parser, (enum XML_ParamEntityParsing)flag)) : 0;
}
static NATIVE(parser_UseForeignDTD)
{
    int flag = object_truth(args[1]);
    if (flag < 0) return 0;
    enum XML_Error error = XML_UseForeignDTD(((ParserObj *)args[0])->parser, (XML_Bool)flag);
    return error == XML_ERROR_NONE ? NONE : raise_expat((ParserObj *)args[0], error);
}

static ParserObj *parser_new(XML_Parser parser)
{
    ParserObj *p = gc_alloc(ParserObj, &parser_type);
    if (!p) return XML_ParserFree(parser), (ParserObj *)0;
    p->parser = parser;
    p->text_size = 8192;
    XML_SetUserData(parser, p);
    XML_SetHashSalt(parser, (unsigned long)hash_bytes("expat", 5) | 1);   /* expat's own would end the process where the system gives no memory for it */
    XML_SetUnknownEncodingHandler(parser, on_unknown_encoding, p);
    memcpy(p->word, "<!ENTITY", sizeof p->word);
    return p;
}
static bool optional_text(Value v, const char *function, const char *argument, const char **text)
{
    *text = 0;
    if (!v || v == NONE) return true;
    return is_str(v) ? (*text = str_utf8(v, 0)) != 0 : raise_bad_argument(function, argument, "str or None", v);
}
static NATIVE(parser_ExternalEntityParserCreate)
{
    ParserObj *from = (ParserObj *)args[0];
    const char *context, *encoding;
    if (!optional_text(args[1], "ExternalEntityParserCreate", "1", &context) || !optional_text(args[2], "ExternalEntityParserCreate", "2", &encoding)) return 0;
    XML_Parser parser = XML_ExternalEntityParserCreate(from->parser, context, encoding);
    ParserObj *p = parser ? parser_new(parser) : (ParserObj *)raise_memory();
    if (!p) return 0;
    p->ordered = from->ordered, p->specified = from->specified, p->prefixes = from->prefixes, p->text_size = from->text_size;
    p->intern = from->intern, p->parent = VALUE(from);
    if (from->text && !(p->text = malloc((size_t)p->text_size))) return raise_memory();
    for (int i = 0; i < HANDLERS; i++) {
        p->handlers[i] = from->handlers[i];
        if (p->handlers[i]) install(p, (Handler)i);
    }
    gc_barrier(p);
    return VALUE(p);
}

/* ---------------------------------------------------------------- attributes */

static Value handler_get(Value self, Handler which) { return ((ParserObj *)self)->handlers[which] ? ((ParserObj *)self)->handlers[which] : NONE; }
static bool handler_set(Value self, Handler which, Value value)
{
    ParserObj *p = (ParserObj *)self;
    if (!value) return raise_runtime("Cannot delete attribute");
    if (which == ON_TEXT && !flush_text(p)) return false;
    SET(p, handlers[which], value == NONE ? 0 : value);
    install(p, which);
    return true;
}
#define HANDLER(which, name) \
    static Value get_##name(Value self) { return handler_get(self, which); } \
    static bool set_##name(Value self, Value value) { return handler_set(self, which, value); }
#define ALL_HANDLERS(H) \
    H(ON_START_ELEMENT, StartElementHandler) \
    H(ON_END_ELEMENT, EndElementHandler) \
    H(ON_INSTRUCTION, ProcessingInstructionHandler) H(ON_TEXT, CharacterDataHandler) H(ON_UNPARSED, UnparsedEntityDeclHandler) H(ON_NOTATION, NotationDeclHandler) \
        H(ON_START_NAMESPACE, StartNamespaceDeclHandler) H(ON_END_NAMESPACE, EndNamespaceDeclHandler) H(ON_COMMENT, CommentHandler) H(ON_START_CDATA, StartCdataSectionHandler) \
            H(ON_END_CDATA, EndCdataSectionHandler) H(ON_DEFAULT, DefaultHandler) H(ON_DEFAULT_EXPAND, DefaultHandlerExpand) H(ON_NOT_STANDALONE, NotStandaloneHandler) \
                H(ON_EXTERNAL, ExternalEntityRefHandler) H(ON_START_DOCTYPE, StartDoctypeDeclHandler) H(ON_END_DOCTYPE, EndDoctypeDeclHandler) H(ON_ENTITY, EntityDeclHandler) \
                    H(ON_XML, XmlDeclHandler) H(ON_ELEMENT, ElementDeclHandler) H(ON_ATTLIST, AttlistDeclHandler) H(ON_SKIPPED, SkippedEntityHandler)
ALL_HANDLERS(HANDLER)

#define NUMBER(name, expression) \
    static Value get_##name(Value self) \
    { \
        ParserObj *p = (ParserObj *)self; \
        return int_new((int64_t)(expression)); \
    }
NUMBER(ErrorCode, XML_GetErrorCode(p->parser))
NUMBER(ErrorLineNumber, XML_GetErrorLineNumber(p->parser))
NUMBER(ErrorColumnNumber, XML_GetErrorColumnNumber(p->parser)) NUMBER(ErrorByteIndex, XML_GetErrorByteIndex(p->parser))
    NUMBER(CurrentLineNumber, XML_GetCurrentLineNumber(p->parser)) NUMBER(CurrentColumnNumber, XML_GetCurrentColumnNumber(p->parser))
        NUMBER(CurrentByteIndex, XML_GetCurrentByteIndex(p->parser)) NUMBER(buffer_size, p->text_size) NUMBER(buffer_used, p->text ? p->text_used : 0)

#define FLAG(name, field) \
    static Value get_##name(Value self) { return bool_value(((ParserObj *)self)->field); } \
    static bool set_##name(Value self, Value value) \
    { \
        int truth = value ? object_truth(value) : (int)raise_runtime("Cannot delete attribute") - 1; \
        if (truth >= 0) ((ParserObj *)self)->field = truth; \
        return truth >= 0; \
    }
            FLAG(ordered_attributes, ordered) FLAG(specified_attributes, specified) FLAG(namespace_prefixes, prefixes) static bool set_prefixes(Value self, Value value)
{
    if (!set_namespace_prefixes(self, value)) return false;
    XML_SetReturnNSTriplet(((ParserObj *)self)->parser, ((ParserObj *)self)->prefixes);
    return true;
}
static Value get_buffer_text(Value self) { return bool_value(((ParserObj *)self)->text); }
static bool set_buffer_text(Value self, Value value)
{
    ParserObj *p = (ParserObj *)self;
    int truth = value ? object_truth(value) : (int)raise_runtime("Cannot delete attribute") - 1;
    if (truth < 0) return false;
    if (truth && !p->text) {
        p->text_used = 0;
        return (p->text = malloc((size_t)p->text_size)) || raise_memory();
    }
    if (!truth && p->text) {
        if (!flush_text(p)) return false;
        free(p->text);
        p->text = 0;
    }
    return true;
}
static bool set_buffer_size(Value self, Value value)
{
    ParserObj *p = (ParserObj *)self;
    int64_t size;
    if (!value) return raise_runtime("Cannot delete attribute");
    if (!is_int(value)) return raise_type("buffer_size must be an integer");
    if (int_as_int64_overflow(value, &size) || size > INT_MAX) return raise_value("buffer_size must not be greater than %i", INT_MAX);
    if (size <= 0) return raise_value("buffer_size must be greater than zero");
    if (p->text) {
        if (!flush_text(p)) return false;
        free(p->text);
        if (!(p->text = malloc((size_t)size))) return raise_memory();
    }
    p->text_size = (int)size;
    return true;
}
static Value get_intern(Value self) { return ((ParserObj *)self)->intern ? ((ParserObj *)self)->intern : NONE; }

#define HANDLER_ENTRY(which, name) {#name, get_##name, set_##name, 0},
static const GetSetDef parser_getset[] = {ALL_HANDLERS(HANDLER_ENTRY){"ErrorCode", get_ErrorCode, 0, 0},
                                          {"ErrorLineNumber", get_ErrorLineNumber, 0, 0},
                                          {"ErrorColumnNumber", get_ErrorColumnNumber, 0, 0},
                                          {"ErrorByteIndex", get_ErrorByteIndex, 0, 0},
                                          {"CurrentLineNumber", get_CurrentLineNumber, 0, 0},
                                          {"CurrentColumnNumber", get_CurrentColumnNumber, 0, 0},
                                          {"CurrentByteIndex", get_CurrentByteIndex, 0, 0},
                                          {"buffer_size", get_buffer_size, set_buffer_size, 0},
                                          {"buffer_used", get_buffer_used, 0, 0},
                                          {"buffer_text", get_buffer_text, set_buffer_text, 0},
                                          {"namespace_prefixes", get_namespace_prefixes, set_prefixes, 0},
                                          {"ordered_attributes", get_ordered_attributes, set_ordered_attributes, 0},
                                          {"specified_attributes", get_specified_attributes, set_specified_attributes, 0},
                                          {"intern", get_intern, 0, 0},
                                          {0}};
static const NativeDef parser_methods[] = {
    {"Parse", "(self, data, isfinal=False, /)", parser_Parse, "Parse a piece of a document.", 0},
    {"ParseFile", "(self, file, /)", parser_ParseFile, "Parse a file.", 0},
    {"SetBase", "(self, base, /)", parser_SetBase, 0, 0},
    {"GetBase", "(self, /)", parser_GetBase, 0, 0},
    {"GetInputContext", "(self, /)", parser_GetInputContext, "The input from the current event on.", 0},
    {"ExternalEntityParserCreate", "(self, context, encoding=None, /)", parser_ExternalEntityParserCreate, "A parser for an external entity.", 0},
    {"SetParamEntityParsing", "(self, flag, /)", parser_SetParamEntityParsing, 0, 0},
    {"UseForeignDTD", "(self, flag=True, /)", parser_UseForeignDTD, 0, 0},
    {0}};
static Type parser_type = {TYPE_INIT("pyexpat.xmlparser", ParserObj),
                           .flags = TYPE_DISALLOW_NEW | TYPE_FINALIZE | TYPE_FREES,
                           .trace = parser_trace,
                           .finalize = parser_finalize,
                           .methods = parser_methods,
                           .getset = parser_getset,
                           .doc = "XML parser"};

/* ---------------------------------------------------------------- the module */

static NATIVE(expat_ParserCreate)
{
    const char *encoding, *separator;
    if (!optional_text(args[0], "ParserCreate", "encoding", &encoding) || !optional_text(args[1], "ParserCreate", "namespace_separator", &separator)) return 0;
    if (separator && strlen(separator) > 1) return raise_value("namespace_separator must be at most one character, omitted, or None");
    if (args[2] && args[2] != NONE && !is_dict(args[2])) return raise_type("intern must be a dictionary");
    Value intern = !args[2] ? dict_new() : args[2] == NONE ? 0 : args[2];
    if (!args[2] && !intern) return 0;
    XML_Parser parser = XML_ParserCreate_MM(encoding, 0, separator);
    ParserObj *p = parser ? parser_new(parser) : (ParserObj *)raise_memory();
    if (p) SET(p, intern, intern);
    return VALUE(p);
}
static NATIVE(expat_ErrorString)
{
    int code;
    return number_as_int(args[0], &code) ? text_value(XML_ErrorString((enum XML_Error)code)) : 0;
}
static const NativeDef functions[] = {
    {"ParserCreate", "(encoding=None, namespace_separator=None, intern=<unrepresentable>)", expat_ParserCreate, "A new XML parser.", 0},
    {"ErrorString", "(code, /)", expat_ErrorString, "The text of an error.", 0},
    {0},
};

/* The names of XML_Error's members, from 1 on. */
static const char *const error_names[] = {"NO_MEMORY",
                                          "SYNTAX",
                                          "NO_ELEMENTS",
                                          "INVALID_TOKEN",
                                          "UNCLOSED_TOKEN",
                                          "PARTIAL_CHAR",
                                          "TAG_MISMATCH",
                                          "DUPLICATE_ATTRIBUTE",
                                          "JUNK_AFTER_DOC_ELEMENT",
                                          "PARAM_ENTITY_REF",
                                          "UNDEFINED_ENTITY",
                                          "RECURSIVE_ENTITY_REF",
                                          "ASYNC_ENTITY",
                                          "BAD_CHAR_REF",
                                          "BINARY_ENTITY_REF",
                                          "ATTRIBUTE_EXTERNAL_ENTITY_REF",
                                          "MISPLACED_XML_PI",
                                          "UNKNOWN_ENCODING",
                                          "INCORRECT_ENCODING",
                                          "UNCLOSED_CDATA_SECTION",
                                          "EXTERNAL_ENTITY_HANDLING",
                                          "NOT_STANDALONE",
                                          "UNEXPECTED_STATE",
                                          "ENTITY_DECLARED_IN_PE",
                                          "FEATURE_REQUIRES_XML_DTD",
                                          "CANT_CHANGE_FEATURE_ONCE_PARSING",
                                          "UNBOUND_PREFIX",
                                          "UNDECLARING_PREFIX",
                                          "INCOMPLETE_PE",
                                          "XML_DECL",
                                          "TEXT_DECL",
                                          "PUBLICID",
                                          "SUSPENDED",
                                          "NOT_SUSPENDED",
                                          "ABORTED",
                                          "FINISHED",
                                          "SUSPEND_PE",
                                          "RESERVED_PREFIX_XML",
                                          "RESERVED_PREFIX_XMLNS",
                                          "RESERVED_NAMESPACE_URI",
                                          "INVALID_ARGUMENT",
                                          "NO_BUFFER",
                                          "AMPLIFICATION_LIMIT_BREACH"};

static Value submodule(Value module, const char *name, const char *full)
{
    Value m = module_new(str_from_cstring(full));
    return m && dict_set_cstring(sys_modules(), full, m) && module_add(module, name, m) ? m : 0;
}
static bool add_errors(Value module)
{
    Value errors = submodule(module, "errors", "pyexpat.errors"), codes = errors ? dict_new() : 0, messages = codes ? dict_new() : 0;
    char name[64];
    for (size_t i = 0; messages && i < sizeof error_names / sizeof *error_names; i++) {
        const char *text = XML_ErrorString((enum XML_Error)(i + 1));
        if (!text) continue;
        Value message = str_from_cstring(text);
        snprintf(name, sizeof name, "XML_ERROR_%s", error_names[i]);
        if (!message || !module_add(errors, name, message) || !dict_set(codes, message, int_new((int64_t)i + 1)) || !dict_set(messages, int_new((int64_t)i + 1), message))
            return false;
    }
    return messages && module_add(errors, "codes", codes) && module_add(errors, "messages", messages);
}
static bool add_model(Value module)
{
#define C(name) {#name, name}
    static const struct {
        const char *name;
        int value;
    } constants[] = {C(XML_CTYPE_EMPTY), C(XML_CTYPE_ANY),   C(XML_CTYPE_MIXED), C(XML_CTYPE_NAME), C(XML_CTYPE_CHOICE),
                     C(XML_CTYPE_SEQ),   C(XML_CQUANT_NONE), C(XML_CQUANT_OPT),  C(XML_CQUANT_REP), C(XML_CQUANT_PLUS)};
    Value model = submodule(module, "model", "pyexpat.model");
    for (size_t i = 0; model && i < sizeof constants / sizeof *constants; i++)
        if (!module_add_int(model, constants[i].name, constants[i].value)) return false;
    return model && module_add_int(module, "XML_PARAM_ENTITY_PARSING_NEVER", 0) && module_add_int(module, "XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE", 1) &&
           module_add_int(module, "XML_PARAM_ENTITY_PARSING_ALWAYS", 2);
}

static bool init(Value module)
{
    gc_root(&expat_error);
    expat_error = module_new_exception("xml.parsers.expat.ExpatError", VALUE(&exc_Exception), 0);
    XML_Expat_Version version = XML_ExpatVersionInfo();
    Value features = list_new(0);
    for (const XML_Feature *f = XML_GetFeatureList(); features && f->feature != XML_FEATURE_END; f++)
        if (!list_append(features, tuple_pack(2, str_from_cstring(f->name), int_new(f->value)))) return false;
    return expat_error && type_ready(&parser_type) && module_add(module, "ExpatError", expat_error) && module_add(module, "error", expat_error) &&
           module_add(module, "XMLParserType", VALUE(&parser_type)) && module_add_str(module, "EXPAT_VERSION", XML_ExpatVersion()) &&
           module_add(module, "version_info", tuple_pack(3, int_new(version.major), int_new(version.minor), int_new(version.micro))) &&
           module_add_str(module, "native_encoding", "UTF-8") && module_add(module, "features", features) && add_errors(module) && add_model(module);
}
const ModuleDef module_pyexpat = {"pyexpat", "Python wrapper for Expat parser.", functions, init};
