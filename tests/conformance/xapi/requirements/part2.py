"""Part 2 of xAPI 1.0.3: the data model of statements; what 2.0 adds to it stands at the end."""

from __future__ import annotations

from ..coverage import must

_OF_PROVIDERS = "a demand on learning record providers"
_OF_CONSUMERS = "a demand on learning record consumers"
_OF_CLIENTS = "a demand on clients"
_NO_OAUTH_1 = "Waymark offers no OAuth 1.0; its tokens are OAuth 2.0 bearer tokens"

_FORMATTING = (
    must("Part 2 §2.2", "a statement uses each property once at most", "D13"),
    must("Part 2 §2.2", "a statement has actor, verb and object", "D2"),
    must("Part 2 §2.2", "properties may come in any order", "D3"),
    must("Part 2 §2.2", "gives properties back in the serialisation they had", "D1", "D11", "D15"),
    must("Part 2 §2.2", "values and keys are sent with valid IRIs and language tags", reason=_OF_PROVIDERS),
    must("Part 2 §2.2", "refuses null, but for extensions", "D4", "D131"),
    must("Part 2 §2.2", "refuses the wrong type, a number or boolean in quotes too", "D5", "D65", "D67"),
    must("Part 2 §2.2", "refuses what breaks a format, the empty string too", "D26", "D132", "D133", "D95"),
    must("Part 2 §2.2", "refuses a key in another case", "D7"),
    must("Part 2 §2.2", "refuses a value of an enumeration in another case", "D8", "D21", "D24", "D55"),
    must("Part 2 §2.2", "refuses keys and values that are not allowed", "D6", "D40", "D42", "D75", "D87"),
    must("Part 2 §2.2", "refuses IRIs and IRLs without a scheme", "D132"),
    must("Part 2 §2.2", "judges the lengths of the tokens of language tags", "D90", "D91"),
    must("Part 2 §2.2", "keeps numbers with the precision of 32 bits at least", "D9"),
    must("Part 2 §2.2", "judges parameters like the same values in statements", "D14", "C24"),
)
_LIFECYCLE = (
    must("Part 2 §2.3.1", "comparison ignores what a store may change", "D140", "D142", "D143"),
    must("Part 2 §2.3.1", "comparison ignores no other difference", "D141"),
    must("Part 2 §2.3.2", "the object of a voiding statement is a StatementRef", "C115"),
    must("Part 2 §2.3.2", "which names the statement to be voided by its id", "D44", "C110"),
    must("Part 2 §2.3.2", "a statement is voided if and only if one says so", "C110", "C112", "C113", "C114"),
    must("Part 2 §2.3.2", "a voiding statement is not refused for an unknown target", "C116"),
)
_PROPERTIES = (
    must("Part 2 §2.4", "the types of a statement's properties", "D1", "D5", "D120"),
    must("Part 2 §2.4.1", "an id is a UUID in standard form", "D134", "D135"),
    must("Part 2 §2.4.1", "makes an id where there is none", "D10"),
)
_ACTORS = (
    must("Part 2 §2.4.2.1", "an agent has exactly one identifier", "D20"),
    must("Part 2 §2.4.2.1", "objectType and name of an agent", "D21"),
    must("Part 2 §2.4.2.2", "objectType of a group is required", "D24"),
    must("Part 2 §2.4.2.2", "an anonymous group lists its members", "D22"),
    must("Part 2 §2.4.2.2", "an anonymous group has no groups among its members", "D22"),
    must("Part 2 §2.4.2.2", "an identified group has exactly one identifier", "D23"),
    must("Part 2 §2.4.2.2", "an identified group has no groups among its members", "D23"),
    must("Part 2 §2.4.2.2", "each anonymous group is another one", reason=_OF_CONSUMERS),
    must("Part 2 §2.4.2.3", "mbox is mailto: and an e-mail address", "D26"),
    must("Part 2 §2.4.2.3", "mbox_sha1sum is a SHA-1 in hexadecimals", "D27"),
    must("Part 2 §2.4.2.3", "openid is a URI", "D28"),
    must("Part 2 §2.4.2.4", "an account has homePage and name", "D29"),
)
_VERBS = (
    must("Part 2 §2.4.3", "id is required and an IRI, display a language map", "D35"),
    must("Part 2 §2.4.3", "gives display back exactly as included or left out", "D36"),
    must("Part 2 §2.4.3", "the IRI is used to infer meaning, display is not", reason=_OF_CONSUMERS),
    must("Part 2 §2.4.3", "one IRI is not used for several meanings", reason=_OF_PROVIDERS),
    must("Part 2 §2.4.3", "display shows the meaning of the IRI", reason=_OF_PROVIDERS),
)
_OBJECTS = (
    must("Part 2 §2.4.4", "objectType is one of five, Activity where it is missing", "D40"),
    must("Part 2 §2.4.4.1", "objectType, id and definition of an activity", "D41"),
    must("Part 2 §2.4.4.1", "the properties of a definition", "D42"),
    must("Part 2 §2.4.4.1", "does nothing when an id seems to be used by several authors", "D48", "D49"),
    must("Part 2 §2.4.4.1", "takes references to one id for references to one activity", "D48"),
    must("Part 2 §2.4.4.1", "an id is unique and always means the same activity", reason=_OF_PROVIDERS),
    must(
        "Part 2 §2.4.4.1", "statements of one activity are consistent, new versions too", reason=_OF_PROVIDERS
    ),
    must("Part 2 §2.4.4.1", "interaction activities have a valid interactionType", "D55", "D57"),
    must("Part 2 §2.4.4.1", "the properties of interaction activities", "D56", "D58"),
    must("Part 2 §2.4.4.1", "a response of one item has no delimiter", reason=_OF_PROVIDERS),
    must("Part 2 §2.4.4.1", "id and description of a component", "D59"),
    must("Part 2 §2.4.4.1", "the ids of one list of components are distinct", "D60"),
    must("Part 2 §2.4.4.2", "an agent or group as object says its objectType", "D43"),
    must("Part 2 §2.4.4.3", "a reference says objectType StatementRef", "D44"),
    must("Part 2 §2.4.4.3", "a reference has the UUID of a statement, known or not", "D44", "C116"),
    must("Part 2 §2.4.4.3", "a SubStatement says objectType SubStatement", "D45"),
    must("Part 2 §2.4.4.3", "a SubStatement is judged like a statement", "D1", "D2", "D4", "D5", "D6", "D7"),
    must("Part 2 §2.4.4.3", "a SubStatement has no id, stored, version or authority", "D46"),
    must("Part 2 §2.4.4.3", "a SubStatement holds no SubStatement", "D47"),
)
_RESULTS = (
    must("Part 2 §2.4.5", "the properties of a result", "D65"),
    must("Part 2 §2.4.5.1", "scaled lies between -1 and 1", "D66"),
    must("Part 2 §2.4.5.1", "min is less than max, raw between them", "D67"),
)
_CONTEXTS = (
    must("Part 2 §2.4.6", "the properties of a context", "D75", "D76", "D25", "D91"),
    must("Part 2 §2.4.6", "revision only where the object is an activity", "D77", "D78"),
    must("Part 2 §2.4.6", "platform only where the object is an activity", "D77", "D78"),
    must("Part 2 §2.4.6", "language is left out where it is unknown", reason=_OF_PROVIDERS),
    must("Part 2 §2.4.6.2", "keys are parent, grouping, category and other", "D80"),
    must("Part 2 §2.4.6.2", "values are an activity or an array of activities", "D81"),
    must("Part 2 §2.4.6.2", "gives every value back as an array", "D82", "D1"),
    must("Part 2 §2.4.6.2", "gives a single activity back as an array of one", "D82"),
)
_ASSIGNED = (
    must("Part 2 §2.4.7", "timestamp is set to stored where it is missing", "D99"),
    must("Part 2 §2.4.7", "a provider sends no timestamp in the future", reason=_OF_PROVIDERS),
    must("Part 2 §2.4.7", "a timestamp in the future is not refused", "D100"),
    must("Part 2 §2.4.8", "sets stored, whatever was sent", "D103", "D104"),
    must("Part 2 §2.4.8", "judges a stored that was sent", "D95", "D96"),
    must("Part 2 §2.4.9", "an authority is an agent, or a group of two", "D30"),
    must("Part 2 §2.4.9", "the user of HTTP Basic is the whole authority, as an agent", "D115"),
    must("Part 2 §2.4.9", "every stored statement has an authority", "D114"),
    must("Part 2 §2.4.9", "names the OAuth consumer in the authority", reason=_NO_OAUTH_1),
    must("Part 2 §2.4.9", "identifies the consumer by an account of key and endpoint", reason=_NO_OAUTH_1),
    must("Part 2 §2.4.9", "does not trust an unregistered application", reason=_NO_OAUTH_1),
    must("Part 2 §2.4.10", "takes every version that starts with 1.0.", "D110"),
    must("Part 2 §2.4.10", "refuses every other version", "D110", "D111"),
    must("Part 2 §2.4.10", "keeps the version of a statement, and sets a missing one", "D110", "D113"),
    must("Part 2 §2.4.10", "a provider that sets the version sets 1.0.0", reason=_OF_PROVIDERS),
)
_ATTACHMENTS = (
    must("Part 2 §2.4.11", "the properties of an attachment", "D121", "D126"),
    must("Part 2 §2.4.11", "usageType is an IRI, fileUrl an IRL", "D122"),
    must("Part 2 §2.4.11", "contentType is a media type", "D123"),
    must("Part 2 §2.4.11", "length is an integer", "D124", "C162"),
    must("Part 2 §2.4.11", "sha2 is required, and a hash of any SHA-2", "D121", "D125", "C161"),
    must("Part 2 §2.4.11", "an IRI for completion certificates is coined", reason=_OF_PROVIDERS),
)
_RETRIEVAL = (
    must("Part 2 §2.5", "a list holds statements, none where nothing is found", "C85", "C86"),
    must("Part 2 §2.5", "more is a relative IRL where the list goes on, else empty", "C88"),
    must("Part 2 §2.5", "more may be used for 24 hours", "C88", "C89", "C90"),
)
_SIGNATURES = (
    must("Part 2 §2.6", "a signed statement has a JWS as attachment, as octets", "C170", "C171"),
    must("Part 2 §2.6", "the payload is the whole statement without the signature", "C171", "C172", "D147"),
    must("Part 2 §2.6", "the algorithm is RS256, RS384 or RS512", "C170", "C171", "D145"),
    must("Part 2 §2.6", "refuses malformed signatures with 400", "C171", "D146"),
    must(
        "Part 2 §2.6",
        "reads the signed statement and compares it with the received one",
        "C171",
        "C172",
        "D147",
    ),
    must("Part 2 §2.6", "checks the signature by the certificate in its header", "D145", "D146"),
    must(
        "Part 2 §2.6", "clients follow the rules and trust no signature for being taken", reason=_OF_CLIENTS
    ),
)
_TYPES = (
    must("Part 2 §3.1", "providers define verbs only under IRIs they control", reason=_OF_PROVIDERS),
    must("Part 2 §3.1", "compares IRIs as texts, everywhere alike", "D136"),
    must("Part 2 §4.1", "keys of extensions are IRIs", "D130"),
    must("Part 2 §4.1", "refuses no statement for the values of extensions", "D131"),
    must("Part 2 §4.2", "a language map has language tags and texts", "D90"),
    must("Part 2 §4.4", "UUIDs are in standard form", "D133", "D134"),
    must("Part 2 §4.5", "timestamps are formatted by ISO 8601", "D95", "D96", "D97"),
    must("Part 2 §4.5", "timestamps keep milliseconds at least", "D101", "D104"),
    must("Part 2 §4.6", "durations have the format of ISO 8601:2004 §4.4.3.2", "D68"),
    must("Part 2 §4.6", "durations never have the alternative format", "D69"),
    must("Part 2 §4.6", "more precision than 0.01 seconds is not refused, and not compared", "D70", "D140"),
)
_OF_VERSION_2 = (
    must("2.0 context", "contextAgents and contextGroups are judged, in SubStatements too", "D85", "D86"),
    must(
        "2.0 context",
        "agents and groups there follow the rules of all agents and groups",
        "D20",
        "D22",
        "D23",
    ),
    must("2.0 context", "statements of 2.0 are not converted for 1.0.3", "D88"),
    must("2.0 timestamps", "timestamps are of RFC 3339, and given back in UTC", "D98", "D102"),
    must("2.0 durations", "durations are cut to hundredths or kept, never rounded", "D71"),
    must("2.0 version", "statements of 2.0 and of 1.0 are taken, and 2.0.0 is set", "D112", "D113"),
)
REQUIREMENTS = (
    *_FORMATTING,
    *_LIFECYCLE,
    *_PROPERTIES,
    *_ACTORS,
    *_VERBS,
    *_OBJECTS,
    *_RESULTS,
    *_CONTEXTS,
    *_ASSIGNED,
    *_ATTACHMENTS,
    *_RETRIEVAL,
    *_SIGNATURES,
    *_TYPES,
    *_OF_VERSION_2,
)
