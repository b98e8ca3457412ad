/* explain_grammar.c: the rules by which errors are explained.
 *
 * Python 3.11's grammar as the language reference gives it, in our own notation, with the rules that recognize common mistakes. The order of
 * alternatives decides which of several errors is reported.
 *
 *   'x' token    `x` soft keyword    [x] x? optional    x* x+ repeated    's'.x+ separated    &x !x lookahead    &&'x' the token must come    ~ commit
 *   name/m: the rule's results are remembered    a=x gives the value a name    {action}, see explain_actions.c
 * An alternative that is just a rule whose name begins with invalid_ is tried in the second pass only.
 */
#include "syntax/explain.h"

const char *const explain_grammar[] = {
    "file: [statements] ENDMARKER",
    "interactive: statement_newline",
    "eval: expressions NEWLINE* ENDMARKER",
    "func_type: '(' [type_expressions] ')' '->' expression NEWLINE* ENDMARKER",
    "fstring: star_expressions",

    /* ---- statements ---- */
    "statements: statement+",
    "statement: compound_stmt | simple_stmts",
    "statement_newline: compound_stmt NEWLINE | simple_stmts | NEWLINE | ENDMARKER {#fail}",
    "simple_stmts: simple_stmt !';' NEWLINE | ';'.simple_stmt+ [';'] NEWLINE",
    "simple_stmt/m: assignment | star_expressions | &'return' return_stmt | &('import' | 'from') import_stmt | &'raise' raise_stmt | 'pass' | &'del' del_stmt"
    " | &'yield' yield_stmt | &'assert' assert_stmt | 'break' | 'continue' | &'global' global_stmt | &'nonlocal' nonlocal_stmt",
    "compound_stmt: &('def' | '@' | 'async') function_def | &'if' if_stmt | &('class' | '@') class_def | &('with' | 'async') with_stmt"
    " | &('for' | 'async') for_stmt | &'try' try_stmt | &'while' while_stmt | match_stmt",
    "assignment: NAME ':' expression ['=' annotated_rhs] {v6 Variable annotation syntax is}"
    " | ('(' single_target ')' | single_subscript_attribute_target) ':' expression ['=' annotated_rhs] {v6 Variable annotations syntax is}"
    " | (star_targets '=')+ (yield_expr | star_expressions) !'=' [TYPE_COMMENT]"
    " | single_target augassign ~ (yield_expr | star_expressions) | invalid_assignment",
    "annotated_rhs: yield_expr | star_expressions",
    "augassign: '+=' | '-=' | '*=' | '@=' {v5 The '@' operator is} | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>=' | '**=' | '//='",
    "return_stmt: 'return' [star_expressions]",
    "raise_stmt: 'raise' expression ['from' expression] | 'raise'",
    "global_stmt: 'global' ','.NAME+",
    "nonlocal_stmt: 'nonlocal' ','.NAME+",
    "del_stmt: 'del' del_targets &(';' | NEWLINE) | invalid_del_stmt",
    "yield_stmt: yield_expr",
    "assert_stmt: 'assert' expression [',' expression]",
    "import_stmt: import_name | import_from",
    "import_name: 'import' dotted_as_names",
    "import_from: 'from' ('.' | '...')* dotted_name 'import' import_from_targets | 'from' ('.' | '...')+ 'import' import_from_targets",
    "import_from_targets: '(' import_from_as_names [','] ')' | import_from_as_names !',' | '*' | invalid_import_from_targets",
    "import_from_as_names: ','.import_from_as_name+",
    "import_from_as_name: NAME ['as' NAME]",
    "dotted_as_names: ','.dotted_as_name+",
    "dotted_as_name: dotted_name ['as' NAME]",
    "dotted_name/m: NAME ('.' NAME)*",
    "block/m: NEWLINE INDENT statements DEDENT | simple_stmts | invalid_block",
    "decorators: ('@' named_expression NEWLINE)+",
    "class_def: decorators class_def_raw | class_def_raw",
    "class_def_raw: invalid_class_def_raw | 'class' NAME ['(' [arguments] ')'] ':' block",
    "function_def: decorators function_def_raw | function_def_raw",
    "function_def_raw: invalid_def_raw | 'def' NAME &&'(' [params] ')' ['->' expression] &&':' [func_type_comment] block"
    " | 'async' 'def' NAME &&'(' [params] ')' ['->' expression] &&':' [func_type_comment] block {v5 Async functions are}",
    "func_type_comment: NEWLINE TYPE_COMMENT &(NEWLINE INDENT) | invalid_double_type_comments | TYPE_COMMENT",

    /* ---- parameters ---- */
    "params: invalid_parameters | parameters",
    "parameters: slash_no_default param_no_default* param_with_default* [star_etc] {v8 Positional-only parameters are}"
    " | slash_with_default param_with_default* [star_etc] {v8 Positional-only parameters are}"
    " | param_no_default+ param_with_default* [star_etc] | param_with_default+ [star_etc] | star_etc",
    "slash_no_default: param_no_default+ '/' ',' | param_no_default+ '/' &')'",
    "slash_with_default: param_no_default* param_with_default+ '/' ',' | param_no_default* param_with_default+ '/' &')'",
    "star_etc: invalid_star_etc | '*' param_no_default param_maybe_default* [kwds] | '*' param_no_default_star_annotation param_maybe_default* [kwds]"
    " | '*' ',' param_maybe_default+ [kwds] | kwds",
    "kwds: invalid_kwds | '**' param_no_default",
    "param_no_default: a=param ',' [TYPE_COMMENT] {a} | a=param [TYPE_COMMENT] &')' {a}",
    "param_no_default_star_annotation: param_star_annotation ',' [TYPE_COMMENT] | param_star_annotation [TYPE_COMMENT] &')'",
    "param_with_default: param default ',' [TYPE_COMMENT] | param default [TYPE_COMMENT] &')'",
    "param_maybe_default: param [default] ',' [TYPE_COMMENT] | param [default] [TYPE_COMMENT] &')'",
    "param: NAME [annotation] {#place}",
    "param_star_annotation: NAME star_annotation",
    "annotation: ':' expression",
    "star_annotation: ':' star_expression",
    "default: '=' expression | invalid_default",

    /* ---- compound statements ---- */
    "if_stmt: invalid_if_stmt | 'if' named_expression ':' block elif_stmt | 'if' named_expression ':' block [else_block]",
    "elif_stmt: invalid_elif_stmt | 'elif' named_expression ':' block elif_stmt | 'elif' named_expression ':' block [else_block]",
    "else_block: invalid_else_stmt | 'else' &&':' block",
    "while_stmt: invalid_while_stmt | 'while' named_expression ':' block [else_block]",
    "for_stmt: invalid_for_stmt | 'for' star_targets 'in' ~ star_expressions ':' [TYPE_COMMENT] block [else_block]"
    " | 'async' 'for' star_targets 'in' ~ star_expressions ':' [TYPE_COMMENT] block [else_block] {v5 Async for loops are} | invalid_for_target",
    "with_stmt: invalid_with_stmt_indent | 'with' '(' ','.with_item+ [','] ')' ':' block {v9 Parenthesized context managers are}"
    " | 'with' ','.with_item+ ':' [TYPE_COMMENT] block"
    " | 'async' 'with' '(' ','.with_item+ [','] ')' ':' block {v5 Async with statements are} | 'async' 'with' ','.with_item+ ':' [TYPE_COMMENT] block {v5 Async with statements "
    "are}"
    " | invalid_with_stmt",
    "with_item: expression 'as' star_target &(',' | ')' | ':') | invalid_with_item | expression",
    "try_stmt: invalid_try_stmt | 'try' &&':' block finally_block | 'try' &&':' block except_block+ [else_block] [finally_block]"
    " | 'try' &&':' block except_star_block+ [else_block] [finally_block] {v11 Exception groups are}",
    "except_block: invalid_except_stmt_indent | 'except' expression ['as' NAME] ':' block | 'except' ':' block | invalid_except_stmt",
    "except_star_block: invalid_except_star_stmt_indent | 'except' '*' expression ['as' NAME] ':' block | invalid_except_stmt",
    "finally_block: invalid_finally_stmt | 'finally' &&':' block",

    /* ---- match ---- */
    "match_stmt: `match` subject_expr ':' NEWLINE INDENT case_block+ DEDENT {v10 Pattern matching is} | invalid_match_stmt",
    "subject_expr: star_named_expression ',' [star_named_expressions] | named_expression",
    "case_block: invalid_case_block | `case` patterns [guard] ':' block",
    "guard: 'if' named_expression",
    "patterns: open_sequence_pattern | pattern",
    "pattern: as_pattern | or_pattern",
    "as_pattern: or_pattern 'as' pattern_capture_target | invalid_as_pattern",
    "or_pattern: '|'.closed_pattern+",
    "closed_pattern/m: literal_pattern | capture_pattern | wildcard_pattern | value_pattern | group_pattern | sequence_pattern | mapping_pattern | class_pattern",
    "literal_pattern: signed_number !('+' | '-') | complex_number | strings | 'None' | 'True' | 'False'",
    "literal_expr: signed_number !('+' | '-') | complex_number | strings | 'None' | 'True' | 'False'",
    "complex_number: signed_real_number '+' imaginary_number | signed_real_number '-' imaginary_number",
    "signed_number: NUMBER | '-' NUMBER",
    "signed_real_number: real_number | '-' real_number",
    "real_number: a=NUMBER {#real}",
    "imaginary_number: a=NUMBER {#imaginary}",
    "capture_pattern: pattern_capture_target",
    "pattern_capture_target: !`_` NAME !('.' | '(' | '=')",
    "wildcard_pattern: `_`",
    "value_pattern: attr !('.' | '(' | '=')",
    "attr/m: NAME ('.' NAME)+",
    "name_or_attr: NAME ('.' NAME)*",
    "group_pattern: '(' a=pattern ')' {a}",
    "sequence_pattern: '[' [maybe_sequence_pattern] ']' {#place} | '(' [open_sequence_pattern] ')' {#place}",
    "open_sequence_pattern: maybe_star_pattern ',' [maybe_sequence_pattern]",
    "maybe_sequence_pattern: ','.maybe_star_pattern+ [',']",
    "maybe_star_pattern: star_pattern | pattern",
    "star_pattern/m: '*' pattern_capture_target | '*' wildcard_pattern",
    "mapping_pattern: '{' '}' | '{' double_star_pattern [','] '}' | '{' items_pattern ',' double_star_pattern [','] '}' | '{' items_pattern [','] '}'",
    "items_pattern: ','.key_value_pattern+",
    "key_value_pattern: (literal_expr | attr) ':' pattern",
    "double_star_pattern: '**' pattern_capture_target",
    "class_pattern: name_or_attr '(' ')' | name_or_attr '(' positional_patterns [','] ')' | name_or_attr '(' keyword_patterns [','] ')'"
    " | name_or_attr '(' positional_patterns ',' keyword_patterns [','] ')' | invalid_class_pattern",
    "positional_patterns: ','.pattern+",
    "keyword_patterns: ','.keyword_pattern+",
    "keyword_pattern: NAME '=' pattern",

    /* ---- expressions ---- */
    "expressions: expression (',' expression)+ [','] {=Tuple} | expression ',' {=Tuple} | a=expression {a}",
    "expression/m: invalid_expression | invalid_legacy_expression | disjunction 'if' disjunction 'else' expression {=IfExp} | disjunction | lambdef",
    "yield_expr: 'yield' 'from' expression {=YieldFrom} | 'yield' [star_expressions] {=Yield}",
    "star_expressions: star_expression (',' star_expression)+ [','] {=Tuple} | star_expression ',' {=Tuple} | star_expression",
    "star_expression/m: '*' bitwise_or {=Starred} | expression",
    "star_named_expressions: ','.star_named_expression+ [',']",
    "star_named_expression: '*' bitwise_or {=Starred} | named_expression",
    "assignment_expression: NAME ':=' ~ expression {v8 Assignment expressions are=NamedExpr}",
    "named_expression: assignment_expression | invalid_named_expression | a=expression !':=' {a}",
    "disjunction/m: conjunction ('or' conjunction)+ {=BoolOp} | conjunction",
    "conjunction/m: inversion ('and' inversion)+ {=BoolOp} | inversion",
    "inversion/m: 'not' inversion {=UnaryOp} | comparison",
    "comparison: a=bitwise_or b=compare_pair+ {#compare} | a=bitwise_or {a}",
    "compare_pair: '==' bitwise_or | a='!=' b=noteq_operand {#noteq} | '<=' bitwise_or | '<' bitwise_or | '>=' bitwise_or | '>' bitwise_or | 'not' 'in' bitwise_or"
    " | 'in' bitwise_or | 'is' 'not' bitwise_or | 'is' bitwise_or",
    "noteq_operand: noteq_check bitwise_or",
    "noteq_check: {#flufl}",
    "bitwise_or/m: bitwise_xor ('|' bitwise_xor)+ {=BinOp} | bitwise_xor",
    "bitwise_xor/m: bitwise_and ('^' bitwise_and)+ {=BinOp} | bitwise_and",
    "bitwise_and/m: shift_expr ('&' shift_expr)+ {=BinOp} | shift_expr",
    "shift_expr/m: sum (('<<' | '>>') sum)+ {=BinOp} | sum",
    "sum/m: term (('+' | '-') term)+ {=BinOp} | term",
    "term/m: factor ('*' factor | '/' factor | '//' factor | '%' factor | '@' factor {v5 The '@' operator is})+ {=BinOp} | factor",
    "factor/m: '+' factor {=UnaryOp} | '-' factor {=UnaryOp} | '~' factor {=UnaryOp} | power",
    "power: await_primary '**' factor {=BinOp} | await_primary",
    "await_primary/m: 'await' primary {v5 Await expressions are=Await} | primary",
    "primary/m: {#primary}",
    "primary_suffix: '.' NAME {=Attribute} | genexp {=Call} | '(' [arguments] ')' {=Call} | '[' slices ']' {=Subscript}",
    "slices: slice !',' | ','.(slice | starred_expression)+ [',']",
    "slice: [expression] ':' [expression] [':' [expression]] | named_expression",
    "atom: NAME | 'True' {=Constant} | 'False' {=Constant} | 'None' {=Constant} | &STRING strings | NUMBER | &'(' (tuple | group | genexp) | &'[' (list | listcomp)"
    " | &'{' (dict | set | dictcomp | setcomp) | '...' {=Constant}",
    "group: '(' a=(yield_expr | named_expression) ')' {a} | invalid_group",
    "lambdef: 'lambda' [lambda_params] ':' expression {=Lambda}",
    "lambda_params: invalid_lambda_parameters | lambda_parameters",
    "lambda_parameters: lambda_slash_no_default lambda_param_no_default* lambda_param_with_default* [lambda_star_etc] {v8 Positional-only parameters are}"
    " | lambda_slash_with_default lambda_param_with_default* [lambda_star_etc] {v8 Positional-only parameters are}"
    " | lambda_param_no_default+ lambda_param_with_default* [lambda_star_etc] | lambda_param_with_default+ [lambda_star_etc] | lambda_star_etc",
    "lambda_slash_no_default: lambda_param_no_default+ '/' ',' | lambda_param_no_default+ '/' &':'",
    "lambda_slash_with_default: lambda_param_no_default* lambda_param_with_default+ '/' ',' | lambda_param_no_default* lambda_param_with_default+ '/' &':'",
    "lambda_star_etc: invalid_lambda_star_etc | '*' lambda_param_no_default lambda_param_maybe_default* [lambda_kwds]"
    " | '*' ',' lambda_param_maybe_default+ [lambda_kwds] | lambda_kwds",
    "lambda_kwds: invalid_lambda_kwds | '**' lambda_param_no_default",
    "lambda_param_no_default: a=lambda_param ',' {a} | a=lambda_param &':' {a}",
    "lambda_param_with_default: lambda_param default ',' | lambda_param default &':'",
    "lambda_param_maybe_default: lambda_param [default] ',' | lambda_param [default] &':'",
    "lambda_param: NAME",
    "strings/m: a=STRING+ {#strings}",
    "list: '[' [star_named_expressions] ']' {=List}",
    "tuple: '(' [star_named_expression ',' [star_named_expressions]] ')' {=Tuple}",
    "set: '{' star_named_expressions '}' {=Set}",
    "dict: '{' [double_starred_kvpairs] '}' {=Dict} | '{' invalid_double_starred_kvpairs '}'",
    "double_starred_kvpairs: ','.double_starred_kvpair+ [',']",
    "double_starred_kvpair: '**' bitwise_or | kvpair",
    "kvpair: expression ':' expression",
    "for_if_clauses: for_if_clause+",
    "for_if_clause: 'async' 'for' star_targets 'in' ~ disjunction ('if' disjunction)* {v6 Async comprehensions are}"
    " | 'for' star_targets 'in' ~ disjunction ('if' disjunction)* | invalid_for_target",
    "listcomp: '[' named_expression for_if_clauses ']' {=ListComp} | invalid_comprehension",
    "setcomp: '{' named_expression for_if_clauses '}' {=SetComp} | invalid_comprehension",
    "genexp: '(' (assignment_expression | expression !':=') for_if_clauses ')' {=GeneratorExp} | invalid_comprehension",
    "dictcomp: '{' kvpair for_if_clauses '}' {=DictComp} | invalid_dict_comprehension",
    "arguments/m: a=args [','] &')' {a} | invalid_arguments",
    "args: ','.(starred_expression | (assignment_expression | expression !':=') !'=')+ [',' kwargs] | kwargs",
    "kwargs: ','.kwarg_or_starred+ ',' ','.kwarg_or_double_starred+ | ','.kwarg_or_starred+ | ','.kwarg_or_double_starred+",
    "starred_expression: '*' expression {=Starred}",
    "kwarg_or_starred: invalid_kwarg | NAME '=' expression {#keyword} | starred_expression",
    "kwarg_or_double_starred: invalid_kwarg | NAME '=' expression {#keyword} | '**' expression {#double}",

    /* ---- targets ---- */
    "star_targets: a=star_target !',' {a} | star_target (',' star_target)* [','] {=Tuple}",
    "star_targets_list_seq: ','.star_target+ [',']",
    "star_targets_tuple_seq: star_target (',' star_target)+ [','] | star_target ','",
    "star_target/m: '*' (!'*' star_target) {=Starred} | target_with_star_atom",
    "target_with_star_atom/m: t_primary '.' NAME !t_lookahead {=Attribute} | t_primary '[' slices ']' !t_lookahead {=Subscript} | star_atom",
    "star_atom: NAME | '(' a=target_with_star_atom ')' {a} | '(' [star_targets_tuple_seq] ')' {=Tuple} | '[' [star_targets_list_seq] ']' {=List}",
    "single_target: single_subscript_attribute_target | NAME | '(' a=single_target ')' {a}",
    "single_subscript_attribute_target: t_primary '.' NAME !t_lookahead | t_primary '[' slices ']' !t_lookahead",
    "t_primary/m: {#t_primary}",
    "t_primary_suffix: '.' NAME &t_lookahead | '[' slices ']' &t_lookahead | genexp &t_lookahead | '(' [arguments] ')' &t_lookahead",
    "t_primary_atom: atom &t_lookahead",
    "t_lookahead: '(' | '[' | '.'",
    "del_targets: ','.del_target+ [',']",
    "del_target/m: t_primary '.' NAME !t_lookahead | t_primary '[' slices ']' !t_lookahead | del_t_atom",
    "del_t_atom: NAME | '(' del_target ')' | '(' [del_targets] ')' | '[' [del_targets] ']'",
    "type_expressions: ','.expression+ ',' '*' expression ',' '**' expression | ','.expression+ ',' '*' expression | ','.expression+ ',' '**' expression"
    " | '*' expression ',' '**' expression | '*' expression | '**' expression | ','.expression+",

    /* ---- mistakes ---- */
    "invalid_arguments: a=args ',' '*' {!a iterable argument unpacking follows keyword argument unpacking}"
    " | a=expression b=for_if_clauses ',' [args | expression for_if_clauses] {!ab Generator expression must be parenthesized}"
    " | a=NAME b='=' expression for_if_clauses {!ab invalid syntax. Maybe you meant '==' or ':=' instead of '='?}"
    " | a=args b=for_if_clauses {#genexp}"
    " | args ',' a=expression b=for_if_clauses {!ab Generator expression must be parenthesized}"
    " | a=args ',' args {#positional}",
    "invalid_kwarg: a=('True' | 'False' | 'None') b='=' {!ab cannot assign to %ta}"
    " | a=NAME b='=' expression for_if_clauses {!ab invalid syntax. Maybe you meant '==' or ':=' instead of '='?}"
    " | !(NAME '=') a=expression b='=' {!ab expression cannot contain assignment, perhaps you meant \"==\"?}",
    "expression_without_invalid/n: disjunction 'if' disjunction 'else' expression {=IfExp} | disjunction | lambdef",
    "invalid_legacy_expression: a=NAME !'(' b=star_expressions {#legacy}",
    "invalid_expression: !(NAME STRING | SOFT_KEYWORD) a=disjunction b=expression_without_invalid {#comma}"
    " | a=disjunction 'if' b=disjunction !('else' | ':') {!ab expected 'else' after 'if' expression}",
    "invalid_named_expression/m: a=expression ':=' expression {!a cannot use assignment expressions with %ea}"
    " | a=NAME '=' b=bitwise_or !('=' | ':=') {!ab invalid syntax. Maybe you meant '==' or ':=' instead of '='?}"
    " | !(list | tuple | genexp | 'True' | 'None' | 'False') a=bitwise_or b='=' bitwise_or !('=' | ':=')"
    " {!a cannot assign to %ea here. Maybe you meant '==' instead of '='?}",
    "invalid_assignment: a=invalid_ann_assign_target ':' expression {!a only single target (not %ea) can be annotated}"
    " | a=star_named_expression ',' star_named_expressions* ':' expression {!a only single target (not tuple) can be annotated}"
    " | a=expression ':' expression {!a illegal target for annotation}"
    " | (star_targets '=')* a=star_expressions '=' {!Ta}"
    " | (star_targets '=')* a=yield_expr '=' {!a assignment to yield expression not possible}"
    " | a=star_expressions augassign (yield_expr | star_expressions) {!a '%ea' is an illegal expression for augmented assignment}",
    "invalid_ann_assign_target: list | tuple | '(' a=invalid_ann_assign_target ')' {a}",
    "invalid_del_stmt: 'del' a=star_expressions {!Da}",
    "invalid_block: NEWLINE !INDENT {!I expected an indented block}",
    "invalid_comprehension: ('[' | '(' | '{') a=starred_expression for_if_clauses {!a iterable unpacking cannot be used in comprehension}"
    " | ('[' | '{') a=star_named_expression ',' b=star_named_expressions for_if_clauses {!ab did you forget parentheses around the comprehension target?}"
    " | ('[' | '{') a=star_named_expression b=',' for_if_clauses {!ab did you forget parentheses around the comprehension target?}",
    "invalid_dict_comprehension: '{' a='**' bitwise_or for_if_clauses '}' {!a dict unpacking cannot be used in dict comprehension}",
    "invalid_parameters: param_no_default* invalid_parameters_helper a=param_no_default {!a non-default argument follows default argument}"
    " | param_no_default* a='(' param_no_default+ [','] b=')' {!ab Function parameters cannot be parenthesized}"
    " | a='/' ',' {!a at least one argument must precede /}"
    " | (slash_no_default | slash_with_default) param_maybe_default* a='/' {!a / may appear only once}"
    " | [slash_no_default | slash_with_default] param_maybe_default* '*' (',' | param_no_default) param_maybe_default* a='/' {!a / must be ahead of *}"
    " | param_maybe_default+ '/' a='*' {!a expected comma between / and *}",
    "invalid_default: a='=' &(')' | ',') {!a expected default value expression}",
    "invalid_star_etc: a='*' (')' | ',' (')' | '**')) {!a named arguments must follow bare *}"
    " | '*' ',' TYPE_COMMENT {! bare * has associated type comment}"
    " | '*' param a='=' {!a var-positional argument cannot have default value}"
    " | '*' (param_no_default | ',') param_maybe_default* a='*' (param_no_default | ',') {!a * argument may appear only once}",
    "invalid_kwds: '**' param a='=' {!a var-keyword argument cannot have default value}"
    " | '**' param ',' a=param {!a arguments cannot follow var-keyword argument}"
    " | '**' param ',' a=('*' | '**' | '/') {!a arguments cannot follow var-keyword argument}",
    "invalid_parameters_helper: slash_with_default | param_with_default+",
    "invalid_lambda_parameters: lambda_param_no_default* invalid_lambda_parameters_helper a=lambda_param_no_default"
    " {!a non-default argument follows default argument}"
    " | lambda_param_no_default* a='(' ','.lambda_param+ [','] b=')' {!ab Lambda expression parameters cannot be parenthesized}"
    " | a='/' ',' {!a at least one argument must precede /}"
    " | (lambda_slash_no_default | lambda_slash_with_default) lambda_param_maybe_default* a='/' {!a / may appear only once}"
    " | [lambda_slash_no_default | lambda_slash_with_default] lambda_param_maybe_default* '*' (',' | lambda_param_no_default) lambda_param_maybe_default* a='/'"
    " {!a / must be ahead of *}"
    " | lambda_param_maybe_default+ '/' a='*' {!a expected comma between / and *}",
    "invalid_lambda_parameters_helper: lambda_slash_with_default | lambda_param_with_default+",
    "invalid_lambda_star_etc: '*' (':' | ',' (':' | '**')) {! named arguments must follow bare *}"
    " | '*' lambda_param a='=' {!a var-positional argument cannot have default value}"
    " | '*' (lambda_param_no_default | ',') lambda_param_maybe_default* a='*' (lambda_param_no_default | ',') {!a * argument may appear only once}",
    "invalid_lambda_kwds: '**' lambda_param a='=' {!a var-keyword argument cannot have default value}"
    " | '**' lambda_param ',' a=lambda_param {!a arguments cannot follow var-keyword argument}"
    " | '**' lambda_param ',' a=('*' | '**' | '/') {!a arguments cannot follow var-keyword argument}",
    "invalid_double_type_comments: TYPE_COMMENT NEWLINE TYPE_COMMENT NEWLINE INDENT {! Cannot have two type comments on def}",
    "invalid_with_item: expression 'as' a=expression &(',' | ')' | ':') {!Ta}",
    "invalid_for_target: ['async'] 'for' a=star_expressions {!Fa}",
    "invalid_group: '(' a=starred_expression ')' {!a cannot use starred expression here}"
    " | '(' a='**' expression ')' {!a cannot use double starred expression here}",
    "invalid_import_from_targets: import_from_as_names ',' NEWLINE {! trailing comma not allowed without surrounding parentheses}",
    "invalid_with_stmt: ['async'] 'with' ','.(expression ['as' star_target])+ NEWLINE {! expected ':'}"
    " | ['async'] 'with' '(' ','.(expressions ['as' star_target])+ [','] ')' NEWLINE {! expected ':'}",
    "invalid_with_stmt_indent: ['async'] a='with' ','.(expression ['as' star_target])+ ':' NEWLINE !INDENT"
    " {!I expected an indented block after 'with' statement on line %la}"
    " | ['async'] a='with' '(' ','.(expressions ['as' star_target])+ [','] ')' ':' NEWLINE !INDENT"
    " {!I expected an indented block after 'with' statement on line %la}",
    "invalid_try_stmt: a='try' ':' NEWLINE !INDENT {!I expected an indented block after 'try' statement on line %la}"
    " | 'try' ':' block !('except' | 'finally') {! expected 'except' or 'finally' block}"
    " | 'try' ':' block* except_block+ a='except' b='*' expression ['as' NAME] ':' {!ab cannot have both 'except' and 'except*' on the same 'try'}"
    " | 'try' ':' block* except_star_block+ a='except' [expression ['as' NAME]] ':' {!a cannot have both 'except' and 'except*' on the same 'try'}",
    "invalid_except_stmt: 'except' ['*'] a=expression ',' expressions ['as' NAME] ':' {!a> multiple exception types must be parenthesized}"
    " | 'except' ['*'] expression ['as' NAME] NEWLINE {! expected ':'}"
    " | 'except' NEWLINE {! expected ':'}"
    " | 'except' '*' (NEWLINE | ':') {! expected one or more exception types}",
    "invalid_finally_stmt: a='finally' ':' NEWLINE !INDENT {!I expected an indented block after 'finally' statement on line %la}",
    "invalid_except_stmt_indent: a='except' expression ['as' NAME] ':' NEWLINE !INDENT {!I expected an indented block after 'except' statement on line %la}"
    " | a='except' ':' NEWLINE !INDENT {!I expected an indented block after 'except' statement on line %la}",
    "invalid_except_star_stmt_indent: a='except' '*' expression ['as' NAME] ':' NEWLINE !INDENT"
    " {!I expected an indented block after 'except*' statement on line %la}",
    "invalid_match_stmt: `match` subject_expr NEWLINE {! expected ':'}"
    " | a=`match` subject_expr ':' NEWLINE !INDENT {!I expected an indented block after 'match' statement on line %la}",
    "invalid_case_block: `case` patterns [guard] NEWLINE {! expected ':'}"
    " | a=`case` patterns [guard] ':' NEWLINE !INDENT {!I expected an indented block after 'case' statement on line %la}",
    "invalid_as_pattern: or_pattern 'as' a=`_` {!a cannot use '_' as a target} | or_pattern 'as' !NAME a=expression {!a invalid pattern target}",
    "invalid_class_pattern: name_or_attr '(' a=invalid_class_argument_pattern {!aa positional patterns follow keyword patterns}",
    "invalid_class_argument_pattern: [positional_patterns ','] keyword_patterns ',' a=positional_patterns {a}",
    "invalid_if_stmt: 'if' named_expression NEWLINE {! expected ':'}"
    " | a='if' named_expression ':' NEWLINE !INDENT {!I expected an indented block after 'if' statement on line %la}",
    "invalid_elif_stmt: 'elif' named_expression NEWLINE {! expected ':'}"
    " | a='elif' named_expression ':' NEWLINE !INDENT {!I expected an indented block after 'elif' statement on line %la}",
    "invalid_else_stmt: a='else' ':' NEWLINE !INDENT {!I expected an indented block after 'else' statement on line %la}",
    "invalid_while_stmt: 'while' named_expression NEWLINE {! expected ':'}"
    " | a='while' named_expression ':' NEWLINE !INDENT {!I expected an indented block after 'while' statement on line %la}",
    "invalid_for_stmt: ['async'] 'for' star_targets 'in' star_expressions NEWLINE {! expected ':'}"
    " | ['async'] a='for' star_targets 'in' star_expressions ':' NEWLINE !INDENT {!I expected an indented block after 'for' statement on line %la}",
    "invalid_def_raw: ['async'] a='def' NAME '(' [params] ')' ['->' expression] ':' NEWLINE !INDENT"
    " {!I expected an indented block after function definition on line %la}",
    "invalid_class_def_raw: 'class' NAME ['(' [arguments] ')'] NEWLINE {! expected ':'}"
    " | a='class' NAME ['(' [arguments] ')'] ':' NEWLINE !INDENT {!I expected an indented block after class definition on line %la}",
    "invalid_double_starred_kvpairs: ','.double_starred_kvpair+ ',' invalid_kvpair"
    " | expression ':' a='*' bitwise_or {!a> cannot use a starred expression in a dictionary value}"
    " | expression a=':' &('}' | ',') {!a expression expected after dictionary key and ':'}",
    "invalid_kvpair: a=expression !(':') {#key} | expression ':' a='*' bitwise_or {!a> cannot use a starred expression in a dictionary value}"
    " | expression a=':' &('}' | ',') {!a expression expected after dictionary key and ':'}",
    0,
};
