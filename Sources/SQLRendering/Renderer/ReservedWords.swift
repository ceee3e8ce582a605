/// Words that are no plain on some engine: SQL:2016's reserved words, and those of the engines that dialects
/// describe. Quoting one too many does no harm.
enum ReservedWords {
  static let all = Set(
    """
    abs absolute access accessible account acos action add admin after aggregate alias all allocate allow alter analyse \
    analyze and anti any application are array array_agg as asc asensitive asin assert assertion asymmetric at atan \
    atomic attach audit authid authorization auto autoincrement avg backup before begin begin_frame begin_partition \
    between bigint binary binding bit blob body boolean both bottom break browse buffer bulk by byte bytes cache call \
    called cardinality cascade cascaded case cast catalog ceil ceiling change char char_length character check checkpoint \
    class classifier clob close cluster clustered coalesce collate collation collect column columns comment commit \
    compress compute concat concurrently condition conflict connect connection constraint constraints construct constructor \
    contains containstable continue conversion convert copy corr corresponding cos cosh count covar_pop covar_samp crawl \
    create cross cte cube cume_dist current current_catalog current_date current_path current_role current_row \
    current_schema current_time current_timestamp current_user cursor cycle database databases date datetime day \
    day_hour day_minute day_second dbcc deallocate debug dec decimal declare decode default defaults deferrable deferred \
    define delayed delete delta dense_rank deny deref desc describe describe_statement descriptor detach \
    deterministic diagnostics disallow disconnect disk distinct distinctrow distkey distributed div do \
    double drop dual dump duration dynamic each element else elseif elsif empty enable enclosed encode encoding end \
    end_frame end_partition enum equals errlvl error errors escape escaped even event events every except exception \
    exchange exclude exclusive exec execute exists exit exp expire explain export extend external extract fail false fetch \
    file filegroup filter final first first_value flag flat float float4 float8 floor flush following for force \
    foreign format found frame_row free freetext freetexttable freeze from full fulltext function functions fusion gclob \
    general generated get glob global go goto grant group grouping grouping_id groups gscluster handler hash hashed \
    having help high_priority hold holdlock hour hour_microsecond hour_minute hour_second identified identity \
    identity_insert identitycol if ignore ilike immediate immutable import in inclusive increment index indexed indicator \
    infile initial initially inner inout input insensitive insert instead int int1 int2 int3 int4 int8 integer interpret \
    intersect intersection interval into invisible io_after_gtids is isnull isolation iterate jar join json json_table key \
    kill lag language large last last_value lateral lead leading leave left length level library like \
    like_regex limit linear lineno lines link list listagg ln load local localtime localtimestamp location lock log log10 \
    logical logs long longblob longtext loop low_priority lower lz4 macro map master match match_number match_recognize \
    matched matches materialized max maxextents maxvalue measures median mediumblob mediumint mediumtext merge \
    method microseconds middleint min minus minute minute_microsecond minute_second mlslabel mod modifies modify \
    module month multiset name national natural nchar nclob nested never new next no no_write_to_binlog noaudit \
    nocache nocheck nocompress nologging nonclustered none normalize not nothing notnull nowait nth_value ntile null nullif \
    nulls number numeric nvl object occurrences_regex octet_length of off offline offset offsets oid old omit on one only \
    online open opendatasource openquery openrowset openxml operator optimize optimizer_costs option optionally or ora_rowid \
    order ordinality others out outer outfile over overlaps overlay override package parallel parameter partial partition \
    partitions password pattern pctfree per percent percent_rank percentile_cont percentile_disc period permissive permute \
    pipe pivot placing plan plans policy portion position position_regex power precedes preceding precision prepare \
    preserve primary print prior privileges proc procedure process profile program projection proto public purge qualify \
    query quit quote raise raiserror range rank read read_write reads readtext real recheck reconfigure record \
    recursive ref references referencing refresh regexp regr_count reindex relative release rename repeat replace \
    require reset resignal resource respect restore restrict result return returning returns revert revoke \
    rigid rlike role rollback rollup row row_number rowcount rowguidcol rowid rowlabel rownum rows rowscn rule running \
    safe sample save savepoint schema schemas scope scroll search second second_microsecond section security securityaudit seek \
    select self semi sensitive separator sequential session session_user set sets settings share show signal similar \
    simple sin skip smallint some sort sortkey spatial specific specifictype sql sql_big_result \
    sql_calc_found_rows sql_small_result sqlexception sqlstate sqlwarning sqrt ssl start starting statement \
    static statistics stddev_pop straight_join string struct structure style submultiset subset substring successful sum \
    symmetric synonym sysdate system system_time system_user systime table tables tablesample tag tan tdes temp temporary \
    terminate terminated test text text255 textsize then ties time timestamp timezone_hour timezone_minute tinyblob \
    tinyint tinytext to toast top total tran transaction translate translate_regex translation treat trigger trim \
    trim_array true truncate try_cast try_convert tsequal type uescape upsert uid unbounded under undo union unique unknown unlock \
    unnest unpivot unsigned until update updatetext upper usage use user using utc_date vacuum utc_time utc_timestamp validate \
    value value_of values var_pop var_samp varbinary varchar varchar2 varcharacter variable variadic varying verbose \
    versioning view views virtual volatile waitfor wallet when whenever where while width_bucket window windows with \
    within without work write writetext x509 xml xor year year_month zerofill zone
    """.split(separator: " ").map(String.init))
}
