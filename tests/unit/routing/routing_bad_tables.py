"""Kinds of bad tables: each as it is spoiled, and the fault that must be told of it."""

from routing_spoiling import DATED, FIGURES, Kind, adding, dated, swap, without

TEXTS = (
    Kind("a file that no ruleset has", "../areas.tsv", lambda _: "area\n", "unknown-file"),
    Kind("a file too large", "towns.tsv", lambda text: text + "x" * 4_000_000, "file-too-large"),
    Kind("a byte order mark", "areas.tsv", lambda text: "\ufeff" + text, "byte-order-mark", 1),
    Kind("bytes that are no text", "countries.tsv", swap("\tAndorra", "\tAndorra\udce9"), "not-utf-8", "AD\t"),
    Kind("a control character", "countries.tsv", swap("\tAndorra", "\tAndorra\x1b[2J"), "unseen-character", "AD\t"),
    Kind("a file without a header", "counties.tsv", lambda _: "", "no-header", 1),
    Kind("a column twice", "offices.tsv", swap("zones", "seat"), "column-twice", 1),
    Kind("another column", "zip3.tsv", swap("also", "office2"), "wrong-columns", 1),
    Kind("a cell too few", "areas.tsv", swap("AL\tSAC-ATL", "AL"), "wrong-number-of-cells", "AL\t"),
    Kind("a cell too long", "desks.tsv", swap("Europe", "E" * 9_000), "cell-too-long", "EUR\t"),
    Kind("spaces around a cell", "areas.tsv", swap("AL\tSAC-ATL", "AL\tSAC-ATL "), "spaces-around", "AL\t"),
    Kind("a blank row", "borders.tsv", swap("\nAK\t", "\n\t\nAK\t"), "blank-row", "\t"),
    Kind("too many rows", "copies.tsv", adding(*[f"C3\tgangs\talways\t{DATED}"] * 20_001), "too-many-rows"),
)

FIGURE_FILE = (
    Kind("figures that are no TOML", FIGURES, swap("[rank]", "[rank"), "unreadable-figures"),
    Kind("figures nested beyond reading", FIGURES, lambda text: text + f"x = {'[' * 9_000}", "unreadable-figures"),
    Kind("a version that is no name", FIGURES, swap('"2026-11-01"', '"../1"'), "no-version"),
    Kind("no first day", FIGURES, swap("valid_from = 2025-01-01\n", ""), "no-first-day"),
    Kind("no source of the figures", FIGURES, swap("source =", "#"), "no-source-of-figures"),
    Kind(
        "a missing section",
        FIGURES,
        lambda text: text.partition("[age]")[0] + "[rank]" + text.partition("[rank]")[2],
        "no-section",
    ),
    Kind("a figure of nothing", FIGURES, swap("floor = 0.1", "floor = 0.1\nflor = 0.2"), "unknown-figure"),
    Kind("a missing figure", FIGURES, swap("phone = 9\n", ""), "no-figure"),
    Kind("a figure in words", FIGURES, swap("phone = 9\n", 'phone = "nine"\n'), "not-a-figure"),
    Kind("a share above one", FIGURES, swap("phone = 0.3", "phone = 3"), "figure-out-of-bounds"),
    Kind("a share that is no number", FIGURES, swap("phone = 0.3", "phone = nan"), "figure-out-of-bounds"),
    Kind("a rank and a half", FIGURES, swap("phone = 9\n", "phone = 9.5\n"), "not-a-whole-number"),
    Kind("a lead on less than support", FIGURES, swap("support_from = 0.3", "support_from = 0.5"), "figures-crossed"),
    Kind("evidence without a figure", FIGURES, swap("weak = 0.2\n", ""), "no-figure-for-evidence"),
)

DAYS = (
    Kind("a day that is no date", "areas.tsv", dated("AL\t", "soon", ""), "not-a-date", "AL\t"),
    Kind("a row without a first day", "areas.tsv", dated("AL\t", "", ""), "no-beginning", "AL\t"),
    Kind(
        "a row that ends first", "areas.tsv", dated("AL\t", "2026-02-01", "2026-01-01"), "ends-before-it-begins", "AL\t"
    ),
    Kind("a row without a source", "desks.tsv", swap("ICE pages of 2013 and 2016-18", ""), "no-source", "CANMEX\t"),
    Kind(
        "a row that ended before the ruleset began",
        "copies.tsv",
        adding("C3\tgangs\talways\t2020-01-01\t2021-01-01\tinvented"),
        "ended-before-the-ruleset",
        "C3\tgangs\t",
    ),
    Kind("a row that begins too late", "areas.tsv", dated("WY\t", "2027-01-01", ""), "begins-too-late", "WY\t"),
    Kind(
        "a row with none after it",
        "countries.tsv",
        dated("FR\t", "2025-01-01", "2027-01-01"),
        "ends-with-none-after",
        "FR\t",
    ),
    Kind(
        "too many days to come",
        "tciu-hosts.tsv",
        adding(*[f"CO\t2027-01-{day:02d}\t2027-01-{day + 1:02d}\tinvented" for day in range(1, 29)]),
        "too-many-days",
        told_in=FIGURES,
    ),
)

CODES = (
    Kind(
        "an office that is not known",
        "offices.tsv",
        swap("SAC-ATL", "SAC-XXX"),
        "unknown-office",
        "SAC-XXX",
        also=(("offices.tsv", "no-office", ""),),
    ),
    Kind("an office that is missing", "offices.tsv", without("SAC-ATL"), "no-office"),
    Kind("a desk that is not known", "countries.tsv", swap("AD\tEUR", "AD\tEURO"), "unknown-desk", "AD\t"),
    Kind("a desk that is missing", "desks.tsv", without("EUR"), "no-desk"),
    Kind("a programme that is not known", "copies.tsv", swap("BCSC\t", "BCS\t"), "unknown-programme", "BCS\t"),
    Kind("a programme that is missing", "programmes.tsv", without("BCSC"), "no-programme"),
    Kind("a programme of nobody", "programmes.tsv", swap("\thsi\t", "\ttheirs\t"), "unknown-belongs", "BCSC"),
    Kind("a copy at no known time", "copies.tsv", swap("always", "often"), "unknown-when", "BCSC\t"),
    Kind("an owner pro tem abroad", "pro-tem.tsv", swap("\tHRVWCC\t", "\tTCIU\t"), "foreign-owner", "human-rights\t"),
    Kind("a unit hosted at home", "tciu-hosts.tsv", adding(f"PR\t{DATED}"), "host-at-home", "PR\t"),
    Kind(
        "a category that is not known",
        "pro-tem.tsv",
        swap("human-rights", "human-right"),
        "unknown-category",
        "human-right\t",
    ),
    Kind("a category that is missing", "categories.tsv", without("000\tgangs"), "no-category"),
    Kind("an urgency that is not known", "categories.tsv", swap("\tU3\t", "\tU9\t"), "unknown-urgency", "b4\t"),
    Kind(
        "a title that is not known",
        "statutes.tsv",
        swap("\t8\t1324\t", "\t21\t1324\t"),
        "unknown-title",
        "human-smuggling\t21",
    ),
    Kind(
        "a section that is no number",
        "statutes.tsv",
        swap("\t1326\t", "\tall\t"),
        "unreadable-section",
        "human-smuggling\t8\tall",
    ),
    Kind(
        "sections backwards",
        "statutes.tsv",
        swap("\t1581-1584\t", "\t1584-1581\t"),
        "backward-sections",
        "human-trafficking\t18\t1584",
    ),
    Kind(
        "a section twice",
        "statutes.tsv",
        swap("\t8\t1326\t", "\t8\t1325\t"),
        "section-twice",
        "human-smuggling\t8\t1325",
    ),
    Kind(
        "a lead of no section", "statute-leads.tsv", swap("18 USC 1956", "18 USC 9"), "unlisted-section", "18 USC 9\t"
    ),
    Kind(
        "an office for itself", "stand-ins.tsv", adding(f"SAC-MSY\tSAC-MSY\t{DATED}"), "stand-in-for-itself", "SAC-MSY"
    ),
    Kind(
        "stand-ins in a circle",
        "stand-ins.tsv",
        adding(
            *(
                f"SAC-{office}\tSAC-{other}\t{DATED}"
                for office, other in (("MSY", "HOU"), ("HOU", "DAL"), ("DAL", "HOU"))
            )
        ),
        "stand-ins-in-a-circle",
        "SAC-DAL",
    ),
)

PLACES = (
    Kind("an area that is missing", "areas.tsv", without("AL\t"), "no-area"),
    Kind("an area that is not known", "borders.tsv", swap("FL GA MS TN", "FL GA MS TX TS"), "unknown-area", "AL\t"),
    Kind("a key told twice", "areas.tsv", adding(f"AL\tSAC-MSY\t{DATED}"), "told-twice", "AL\tSAC-MSY"),
    Kind(
        "a split state without counties",
        "areas.tsv",
        swap("OH\tSAC-DET", "OH\tsplit"),
        "no-counties",
        told_in="counties.tsv",
    ),
    Kind(
        "a county of a whole state",
        "counties.tsv",
        adding(f"OH\tLucas\tSAC-DET\t{DATED}"),
        "county-of-a-whole-state",
        "OH\t",
    ),
    Kind("a county that is missing", "counties.tsv", without("CA\tAlameda"), "no-county"),
    Kind(
        "a county that ends",
        "counties.tsv",
        dated("CA\tAlpine", "2025-01-01", "2027-01-01"),
        "ends-with-none-after",
        "CA\tAlpine",
    ),
    Kind(
        "a county misspelt",
        "counties.tsv",
        swap("CA\tAlameda", "CA\tAlamda"),
        "unknown-county",
        "CA\tAlamda",
        also=(("counties.tsv", "no-county", ""),),
    ),
    Kind("a name of nothing", "towns.tsv", swap("Adak|", "...|"), "no-name", "AK\tA\t"),
    Kind("a state that borders itself", "borders.tsv", swap("AL\tFL", "AL\tAL FL"), "borders-itself", "AL\t"),
    Kind("a border of one side", "borders.tsv", swap("AL\tFL GA", "AL\tFL"), "one-sided-border", "GA\t"),
    Kind("a prefix that is missing", "zip3.tsv", without("006\t"), "no-prefix"),
    Kind("prefixes backwards", "zip3.tsv", swap("840\t847\tUT", "847\t840\tUT"), "backward-range", "847\t840"),
    Kind("a prefix of two digits", "zip3.tsv", swap("005\t005", "5\t005"), "not-digits", "5\t005"),
    Kind("a ZIP code without endings", "zip5.tsv", swap("\t90\t", "\t\t"), "no-ending", "063\tNY"),
    Kind("a ZIP code of four digits", "zip5.tsv", swap("\t90\t", "\t9\t"), "wrong-ending", "063\tNY"),
    Kind(
        "a ZIP code against its prefix",
        "zip5.tsv",
        swap("329\tFL\tSAC-MIA", "320\tFL\tSAC-MIA"),
        "against-its-prefix",
        "320\tFL",
    ),
    Kind(
        "an office of another state",
        "gateways.tsv",
        swap("CVG\tKY\tSAC-BNA", "CVG\tOH\tSAC-BNA"),
        "office-of-another-area",
        "air\tCVG",
    ),
    Kind(
        "a desk of another country",
        "gateways.tsv",
        swap("DUB\tIE\tEUR", "DUB\tIE\tMEA"),
        "desk-of-another-country",
        "preclearance\tDUB",
    ),
    Kind(
        "a preclearance at home",
        "gateways.tsv",
        swap("DUB\tIE\tEUR", "DUB\tPR\tSPECOPS"),
        "preclearance-at-home",
        "preclearance\tDUB",
    ),
    Kind(
        "a gateway code twice",
        "gateways.tsv",
        adding(f"air\tJFK\tNJ\tSAC-EWR\tInvented field\t{DATED}"),
        "code-twice",
        "air\tJFK\tNJ",
    ),
    Kind("a gateway of no kind", "gateways.tsv", swap("air\tJFK", "rail\tJFK"), "unknown-kind", "rail\tJFK"),
    Kind("a country that is not known", "tciu-hosts.tsv", adding(f"ZZ\t{DATED}"), "unknown-country", "ZZ\t"),
    Kind("a country that is missing", "countries.tsv", without("AD\t"), "no-country"),
    Kind(
        "a country of no region",
        "countries.tsv",
        swap("AD\tEUR\teurope", "AD\tEUR\tatlantis"),
        "unknown-subregion",
        "AD\t",
    ),
    Kind("a home that is none", "countries.tsv", swap("AD\tEUR\teurope", "AD\tEUR\tdomestic"), "wrong-home", "AD\t"),
    Kind(
        "another spelling that is a country",
        "country-aliases.tsv",
        swap("UK\tGB", "FR\tGB"),
        "alias-is-a-country",
        "FR\t",
    ),
    Kind(
        "another spelling of a spelling", "country-aliases.tsv", swap("EL\tGR", "EL\tUK"), "alias-of-an-alias", "EL\t"
    ),
    Kind(
        "a spelling against the standard",
        "country-aliases.tsv",
        swap("UK\tGB", "France\tGB"),
        "alias-against-the-standard",
        "France\t",
    ),
)
