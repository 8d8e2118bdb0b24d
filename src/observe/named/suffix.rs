//! Suffixes of names: which are delegated, which are reserved, and which are also endings of files or words of code.

/// Names that are nobody's in the public Internet (RFC 2606, RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, ICANN's
/// `internal`), and the names of documentation.
const RESERVED: &[&str] = &[
    "alt",
    "arpa",
    "corp",
    "example",
    "example.com",
    "example.net",
    "example.org",
    "home",
    "internal",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "test",
];

/// Endings of files that are top-level domains.
const FILES: &str = " ac ai am app bat bz cab cat cc cl cs dat db do dev doc ex gs gz hs id in java la lib lock lua mk ml md \
    mm mo mov ms pid pl pm ps pub pt py rb rs sc sh so st sv tf ts vi zip ";

/// Words of code and fields of objects that are top-level domains of more than two letters.
const WORDS: &str = " abc active ads ai app auto bar bid bot box build cab call cam camera car case center channel chat city \
    click codes company computer contact cool country credit data date day dev direct directory discover doc docs dog \
    domains dot download email engine engineering esq events exchange express fail family fan feedback final fit fly foo \
    forum free fun fund gallery game games gift global group guide health help here host hot house how info ing ink int \
    inc java jobs land latest law legal life lighting limited link live loan lock locker management map market media meet \
    memorial menu mobi mobile moi money name network new news next now observer one onl online open org origins page parts \
    party pay pet phone photo photos pics pictures pin pink place play plus post press prime pro prod productions products \
    prof promo properties property protection pub quest radio read realty red rent repair report rest review reviews rich \
    rip rocks room rsvp run safe safety sale save school science search secure security select services sex sexy shell \
    shop show silk site skin sky smart social software solutions song space spot star storage store stream studio study \
    style supplies supply support surgery systems talk target tax team technology tel theater tickets tips tires today \
    tools top tours town toys trade trading training travel trust tube tunes university vision vote vip watch watches \
    weather web webcam website wed win windows wine work works world wow yes you zero zone ";

/// Country codes that are as often a method, a field or a variable as a country.
const SHORT: &str = " ac ad af ag ai al am ao aq ar as at au ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz cc \
    cd cf cg ci ck cl cm cn co cr cu cv cw cx dj dm do ec fm fo ga gd ge gf gg gh gi gl gm gn gp gq gs gt gu gw gy hm hn ht \
    id il im in io iq ir is it je jm jo ke kg kh ki km kn kp kw ky kz la lb lc li lk lr ls lt ly ma mc me mg mh mk ml mm \
    mn mo mp mq mr ms mu mv mw mx my mz na nc ne nf ng ni no np nr nu om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re \
    rs rw sa sb sc sd se sg sh si sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tt tv tw tz ug us uy uz \
    va vc ve vg vi vn vu wf ws ye yt za zm zw ";

/// Top-level domains of more than two letters that are neither.
const ORDINARY: &str = " com org net edu gov mil eu biz asia alsace amsterdam aquitaine bank barcelona bayern berlin bretagne \
    brussels bzh cat cologne corsica cymru eus frl gal gent hamburg helsinki istanbul koeln london madrid moscow nrw ovh \
    paris quebec ruhr saarland scot stockholm swiss tirol vlaanderen wales wien zuerich ";

/// How far the ending of a name alone says that it is a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Hardly anything else ends so.
    Ordinary,
    /// A top-level domain that is a word, not one of code.
    Word,
    /// A country code that is a method or a field as well.
    Short,
    /// A field or a word of code.
    Code,
    /// An ending of files.
    File,
}

fn is_in(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|entry| entry == word)
}

/// What a top-level domain is; lower case.
pub(super) fn ending(tld: &str) -> Ending {
    if is_file_ending(tld) {
        Ending::File
    } else if is_in(ORDINARY, tld) || tld.starts_with("xn--") {
        Ending::Ordinary
    } else if tld.len() == 2 {
        if is_in(SHORT, tld) { Ending::Short } else { Ending::Ordinary }
    } else if is_in(WORDS, tld) {
        Ending::Code
    } else {
        Ending::Word
    }
}

/// Whether files end so, too: `main.tf`, `app.py`.
pub(super) fn is_file_ending(tld: &str) -> bool {
    // `io`, `app`, `dev`, `ai` and some countries are endings of hosts first.
    is_in(FILES, tld) && !matches!(tld, "app" | "dev" | "ai" | "cat" | "cl" | "id" | "pt" | "do" | "la")
}

/// Whether a name lies below a public suffix, or is one that somebody runs for others (`github.io`).
pub(super) fn is_delegated(name: &str) -> bool {
    match psl::suffix(name.as_bytes()) {
        Some(suffix) => match suffix.typ() {
            Some(psl::Type::Icann) => suffix.as_bytes().len() < name.len(),
            Some(psl::Type::Private) => true,
            None => false,
        },
        None => false,
    }
}

/// Whether a name lies below a suffix somebody runs for others: `x.azurewebsites.net`, `x.vercel.app`.
pub(super) fn is_hosted(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.typ() == Some(psl::Type::Private))
}

/// Whether a name is reserved for use inside or for documentation.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED
        .iter()
        .any(|reserved| name.strip_suffix(reserved).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}
