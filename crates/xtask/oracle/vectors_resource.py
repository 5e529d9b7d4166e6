"""Canonical resources: one text for what a payment buys, or a refusal."""

from oracles import published, whatwg_url
from vectorlib import VectorFile

NODE = published("WHATWG URL Standard, as Node reads it", "20")
RULES = published("quittance, rules of canonical resources", "1.0.0")


def files():
    file = VectorFile(
        "binding/resource.json",
        "binding/resource",
        "A URL, to the canonical text that the bound nonce commits to, or a refusal. Only what no HTTP server can tell apart is folded: the case of "
        "scheme and host, the default port, an empty path. What readers of URLs disagree about is refused, and every other byte is kept. Where "
        "the URL standard writes an accepted URL differently, or reads a refused one, `says` tells how.",
    )
    kept(file)
    folded(file)
    lookalikes(file)
    schemes(file)
    authorities(file)
    symbols(file)
    paths(file)
    tools(file)
    lengths(file)
    return [file]


class Resources:
    def __init__(self, file, flag, name, comment):
        self.group, self.flag = file.group(name, [RULES, NODE], comment), flag

    def accept(self, comment, text, canonical=None, rows=(), origin=None):
        canonical = canonical or text
        origin = origin or "/".join(canonical.split("/")[:3]).split("?")[0]
        standard = whatwg_url(text)
        says = None if standard == canonical else {"WHATWG": f"writes {standard}" if standard else "refuses"}
        self.group.accept(comment, {"url": text}, {"canonical": canonical, "origin": origin}, [self.flag], rows, says)

    def reject(self, comment, text, reason, rows=()):
        standard = whatwg_url(text) if text.isascii() or text.isprintable() else None
        self.group.reject(
            comment,
            {"url": text},
            reason,
            [self.flag],
            rows,
            {"WHATWG": f"writes {standard}"} if standard else {"WHATWG": "refuses"},
        )


def kept(file):
    file.note("Kept", "BASIC", "Text that is canonical as it stands.")
    cases = Resources(file, "Kept", "kept", "URLs that are their own canonical form.")
    for comment, text, row in (
        ("a path", "https://api.example.com/premium-data", None),
        ("the root", "https://api.example.com/", None),
        ("a port", "https://api.example.com:8443/premium-data", 114),
        ("http", "http://api.example.com/premium-data", None),
        ("port 1", "http://api.example.com:1/", None),
        ("port 65535", "http://api.example.com:65535/", None),
        ("the other scheme's default port", "https://api.example.com:80/", None),
        ("the same for http", "http://api.example.com:443/", None),
        ("a host of one label", "http://localhost:3000/a", None),
        ("an IPv4 address", "http://127.0.0.1:8080/a", None),
        ("an IPv4 address at its ends", "http://255.255.255.255/a", None),
        ("an IPv6 address", "http://[2001:db8::1]/a", None),
        ("an IPv6 address with a port", "http://[::1]:8080/a", None),
        ("a host in punycode", "https://xn--caf-dma.example/a", None),
        ("labels with digits and hyphens", "https://a-1.b2.example3.com/", None),
        ("a label of digits that is not the last", "https://1.example.com/", None),
        ("parameters in the order of the text", "https://api.example.com/p?b=2&a=1", 112),
        ("a parameter twice", "https://api.example.com/p?a=1&a=1", 112),
        ("an empty query", "https://api.example.com/p?", 112),
        ("a query with question marks", "https://api.example.com/p?a?b??c", 112),
        ("a query with slashes and dots", "https://api.example.com/p?next=/../x", 112),
        ("a plus sign", "https://api.example.com/p?a=1+2", 112),
        ("an escaped space", "https://api.example.com/p?a=1%202", 112),
        ("signs that need no escape", "https://api.example.com/-._~!$&'()*+,;=:@/-._~!$&()*+,;=:@?-._~!$&()*+,;=:@/?", 112),
        ("brackets in a query", "https://api.example.com/p?a[]=1&a[]=2", 112),
        ("all sorts of segments", "https://api.example.com/a/..b/c../.d/e./...", 113),
        ("a path in capitals", "https://api.example.com/Premium-Data", 113),
        ("a slash at the end", "https://api.example.com/premium-data/", 113),
        ("two slashes", "https://api.example.com//premium-data", 113),
        ("slashes only", "https://api.example.com///", 113),
        ("an escaped slash", "https://api.example.com/a%2Fb", 113),
        ("an escaped slash in lower case", "https://api.example.com/a%2fb", 113),
        ("an escaped percent sign", "https://api.example.com/a%2570", 113),
        ("an escaped letter", "https://api.example.com/%70remium-data", 113),
        ("an escaped zero byte", "https://api.example.com/a%00", 113),
        ("an escape that is no UTF-8", "https://api.example.com/p%c0", 113),
        ("a parameter of a segment", "https://api.example.com/p;x", 113),
        ("a tool of an MCP server", "mcp://tool/get_weather", None),
    ):
        cases.accept(comment, text, rows=[row] if row else ())


def folded(file):
    file.note("Folded", "EDGE_CASE", "Two texts that no HTTP server can tell apart have one canonical form.")
    cases = Resources(file, "Folded", "folded", "URLs whose canonical form is another text.")
    whole = "https://api.example.com/premium-data"
    for comment, text, canonical in (
        ("scheme in capitals", "HTTPS://api.example.com/premium-data", whole),
        ("scheme in mixed case", "hTTps://api.example.com/premium-data", whole),
        ("host in capitals", "https://API.EXAMPLE.COM/premium-data", whole),
        ("default port of https", "https://api.example.com:443/premium-data", whole),
        ("default port of http", "http://api.example.com:80/premium-data", "http://api.example.com/premium-data"),
        ("no path", "https://api.example.com", "https://api.example.com/"),
        ("no path and a port", "https://api.example.com:8443", "https://api.example.com:8443/"),
        ("no path and the default port", "https://api.example.com:443", "https://api.example.com/"),
        ("a query without a path", "https://api.example.com?a=1", "https://api.example.com/?a=1"),
        ("a query without a path, with the default port", "http://api.example.com:80?a=1", "http://api.example.com/?a=1"),
        ("an empty query without a path", "https://api.example.com?", "https://api.example.com/?"),
        (
            "everything at once, the path untouched",
            "HTTPS://API.Example.com:443/Premium-Data?A=B%2f",
            "https://api.example.com/Premium-Data?A=B%2f",
        ),
        ("an IPv6 address in capitals", "http://[2001:DB8::A]:80/", "http://[2001:db8::a]/"),
        ("the scheme of tools in capitals", "MCP://tool/get_weather", "mcp://tool/get_weather"),
    ):
        cases.accept(comment, text, canonical)


def lookalikes(file):
    file.note(
        "Apart",
        "AUTH_BYPASS",
        "The URL standard writes this differently or a router may fold it; the text stays as it is, so that two resources never become one.",
    )
    cases = Resources(file, "Apart", "left alone", "What other readers change and this one keeps.")
    cases.accept("an IPv6 address with its zeros, which is not shortened", "http://[2001:db8:0:0:0:0:0:1]/a", rows=[114])
    cases.accept("an IPv6 address that ends as IPv4", "http://[::ffff:127.0.0.1]/a", rows=[177])
    cases.accept("an apostrophe in a query", "https://api.example.com/p?a='b'", rows=[112])
    cases.accept("an escape whose letter needs none", "https://api.example.com/%7Euser", rows=[113])


def schemes(file):
    file.note("Scheme", "EDGE_CASE", "Not http, https or mcp, or not followed by two slashes.")
    cases = Resources(file, "Scheme", "schemes", "Refused for the scheme.")
    for comment, text in (
        ("empty", ""),
        ("a path alone", "/premium-data"),
        ("a host alone", "api.example.com/premium-data"),
        ("no scheme", "//api.example.com/premium-data"),
        ("no colon", "https//api.example.com/"),
        ("one slash", "https:/api.example.com/"),
        ("no slash", "https:api.example.com"),
        ("ftp", "ftp://api.example.com/a"),
        ("ws", "ws://api.example.com/a"),
        ("wss", "wss://api.example.com/a"),
        ("file", "file:///etc/passwd"),
        ("data", "data:text/plain,a"),
        ("javascript", "javascript:alert(1)"),
        ("urn", "urn:isbn:0"),
        ("httpss", "httpss://api.example.com/"),
        ("an empty scheme", "://api.example.com/"),
        ("mcp with one slash", "mcp:/tool/get_weather"),
        ("the scheme twice", "https:https://api.example.com/"),
    ):
        cases.reject(comment, text, "resource_scheme", [206] if comment in ("ftp", "file", "data", "javascript") else ())


def authorities(file):
    file.note(
        "Authority",
        "SERVER_SIDE_REQUEST_FORGERY",
        "User, host or port that readers of URLs take for different things.",
        ["https://url.spec.whatwg.org/#host-parsing"],
    )
    cases = Resources(file, "Authority", "authorities", "Refused for the user, the host or the port.")
    for comment, text in (
        ("a user", "https://user@api.example.com/"),
        ("user and password", "https://user:secret@api.example.com/"),
        ("an empty user", "https://@api.example.com/"),
        ("a host that looks like the user", "https://api.example.com@evil.example/"),
        ("two at signs", "https://a@b@api.example.com/"),
        ("an at sign behind the port", "https://api.example.com:443@evil.example/"),
    ):
        cases.reject(comment, text, "resource_user_info", [206])
    for comment, text in (
        ("no host", "https:///premium-data"),
        ("no host but a port", "https://:443/"),
        ("nothing", "https://"),
        ("a query alone", "https://?a=1"),
        ("a point at the end", "https://api.example.com./"),
        ("a point in front", "https://.example.com/"),
        ("two points", "https://api..example.com/"),
        ("a point alone", "https://./"),
        ("an underscore", "https://api_1.example.com/"),
        ("an escape", "https://api%2eexample.com/"),
        ("a space escaped", "https://api%20.example.com/"),
        ("an asterisk", "https://*.example.com/"),
        ("a comma", "https://api,example.com/"),
        ("127.1", "http://127.1/"),
        ("two numbers with a port", "http://127.1:8080/"),
        ("one number", "http://2130706433/"),
        ("hexadecimal", "http://0x7f000001/"),
        ("hexadecimal without digits", "http://0x/"),
        ("hexadecimal in capitals", "http://0X7F.1/"),
        ("octal", "http://0177.0.0.1/"),
        ("a leading zero", "http://127.0.0.01/"),
        ("a number beyond a byte", "http://256.0.0.1/"),
        ("five numbers", "http://1.2.3.4.5/"),
        ("three numbers", "http://1.2.3/"),
        ("a name whose last label is a number", "https://example.1/"),
        ("a name whose last label is hexadecimal", "https://example.0xa/"),
        ("brackets not closed", "http://[::1/"),
        ("brackets with a name", "http://[localhost]/"),
        ("brackets with IPv4", "http://[127.0.0.1]/"),
        ("empty brackets", "http://[]/"),
        ("an IPv6 zone", "http://[fe80::1%25eth0]/"),
        ("IPv6 without brackets", "http://2001:db8::1x/"),
        ("text behind the brackets' end in the host", "http://a[::1]/"),
        ("too many groups", "http://[1:2:3:4:5:6:7:8:9]/"),
        ("two gaps", "http://[1::2::3]/"),
    ):
        reason = ["resource_host", "resource_port"] if "without brackets" in comment else "resource_host"
        cases.reject(comment, text, reason, [177, 206])
    for comment, text in (
        ("empty", "https://api.example.com:/"),
        ("empty at the end", "https://api.example.com:"),
        ("0", "https://api.example.com:0/"),
        ("65536", "https://api.example.com:65536/"),
        ("a leading zero", "https://api.example.com:0443/"),
        ("a plus sign", "https://api.example.com:+443/"),
        ("a minus sign", "https://api.example.com:-1/"),
        ("a name", "https://api.example.com:https/"),
        ("beyond 32 bits", "https://api.example.com:4294967739/"),
        ("two ports", "https://api.example.com:443:443/"),
        ("text behind the brackets", "http://[::1]8080/"),
        ("a comma", "https://api.example.com:443,80/"),
    ):
        cases.reject(f"port: {comment}", text, "resource_port", [114])


def symbols(file):
    file.note("Symbol", "EDGE_CASE", "A byte that no URL holds. Readers strip it, escape it or take it for another.")
    file.note("Fragment", "EDGE_CASE", "A fragment stays with the client and names no other resource.")
    cases = Resources(file, "Symbol", "symbols", "Refused for a character.")
    base = "https://api.example.com/"
    for comment, text, row in (
        ("a space inside", base + "a b", 112),
        ("a space in front", " " + base, 206),
        ("a space behind", base + " ", 206),
        ("a tab inside", base + "a\tb", 206),
        ("a line feed inside", base + "a\nb", 18),
        ("a carriage return and line feed", base + "a\r\nb", 18),
        ("a tab in the scheme", "ht\ttps://api.example.com/", 206),
        ("a line feed in the host", "https://api.exa\nmple.com/", 206),
        ("a zero byte", base + "a\u0000b", 113),
        ("delete", base + "a\u007fb", 113),
        ("a backslash", base + "a\\b", 113),
        ("backslashes for slashes", "https:\\\\api.example.com\\a", 206),
        ("a backslash behind the host", "https://api.example.com\\@evil.example/", 206),
        ("a quotation mark", base + 'a"b', 171),
        ("angle brackets", base + "<a>", 171),
        ("a caret", base + "a^b", 113),
        ("a grave accent", base + "a`b", 113),
        ("braces", base + "{id}", 113),
        ("a bar", base + "a|b", 113),
        ("a letter outside ASCII", base + "caf\u00e9", 206),
        ("a host outside ASCII", "https://caf\u00e9.example/", 206),
        ("a fullwidth host", "https://\uff41pi.example.com/", 206),
        ("an ideographic point", "https://api\u3002example.com/", 206),
        ("a zero-width space", base + "a\u200bb", 206),
        ("a soft hyphen in the host", "https://api.exam\u00adple.com/", 206),
        ("a byte order mark in front", "\ufeff" + base, 206),
        ("a symbol in front of a fragment", base + "a b#c", 112),
    ):
        cases.reject(comment, text, "resource_symbol", [row])
    fragments = Resources(file, "Fragment", "fragments", "Refused for a fragment.")
    fragments.reject("a fragment", base + "a#b", "resource_fragment", [112])
    fragments.reject("an empty fragment", base + "a#", "resource_fragment", [112])
    fragments.reject("a fragment behind a query", base + "a?b=c#d", "resource_fragment", [112])
    fragments.reject("a fragment behind the host", "https://api.example.com#a", "resource_fragment", [112])
    fragments.reject("a fragment on a tool", "mcp://tool/a#b", "resource_fragment", [112])
    fragments.reject("a fragment in front of a symbol", base + "a#b c", "resource_fragment", [112])


def paths(file):
    file.note("Escape", "EDGE_CASE", "A percent sign that begins no escape.")
    file.note(
        "DotSegment",
        "PATH_TRAVERSAL",
        "Clients remove . and .. segments, servers see what is left or what was sent: they would disagree about the resource.",
    )
    base = "https://api.example.com/"
    cases = Resources(file, "Escape", "escapes", "Refused for a percent sign.")
    for comment, text in (
        ("at the end", base + "p%"),
        ("one digit at the end", base + "p%2"),
        ("no digits", base + "%zz"),
        ("one digit", base + "%2z"),
        ("in the query", base + "p?a=100%"),
        ("in the query, one digit", base + "p?a=%4"),
        ("twice", base + "%%41"),
        ("the escapes of an old JavaScript", base + "%u0041"),
    ):
        cases.reject(comment, text, "resource_escape", [113])
    cases = Resources(file, "DotSegment", "dot segments", "Refused for a . or .. segment.")
    for comment, text in (
        ("one point", base + "."),
        ("two points", base + ".."),
        ("./ inside", base + "a/./b"),
        ("../ inside", base + "a/../b"),
        ("beyond the root", base + "../../etc/passwd"),
        ("at the end", base + "a/.."),
        (". at the end", base + "a/."),
        ("escaped point", base + "a/%2e/b"),
        ("escaped point in capitals", base + "a/%2E/b"),
        ("two escaped points", base + "a/%2e%2e/b"),
        ("one of two escaped", base + "a/.%2e/b"),
        ("the other of two escaped, in capitals", base + "a/%2E./b"),
        ("in front of a query", base + "a/..?b=c"),
        ("in front of an empty query", base + "..?"),
    ):
        cases.reject(comment, text, "resource_dot_segment", [113])


def tools(file):
    file.note("Tool", "EDGE_CASE", "Not the one form in which a tool is named.")
    cases = Resources(file, "Tool", "tools", "Names of tools, kept and refused.")
    for comment, text in (
        ("letters of both cases", "mcp://tool/getWeather"),
        ("digits first", "mcp://tool/2fa"),
        ("all allowed signs", "mcp://tool/a-b.c_d~e"),
        ("three points", "mcp://tool/..."),
        ("one letter", "mcp://tool/x"),
    ):
        cases.accept(comment, text, origin="mcp://tool")
    for comment, text in (
        ("no name", "mcp://tool/"),
        ("no slash", "mcp://tool"),
        ("a prompt instead of a tool", "mcp://prompt/a"),
        ("tool in capitals", "mcp://TOOL/get_weather"),
        ("a point", "mcp://tool/."),
        ("two points", "mcp://tool/.."),
        ("a slash in the name", "mcp://tool/a/b"),
        ("a slash at the end", "mcp://tool/a/"),
        ("two slashes in front", "mcp://tool//a"),
        ("a query", "mcp://tool/a?b=c"),
        ("an escape", "mcp://tool/get%5Fweather"),
        ("a colon", "mcp://tool/a:b"),
        ("a port", "mcp://tool:443/a"),
        ("a user", "mcp://user@tool/a"),
        ("a server's host", "mcp://api.example.com/tool/a"),
        ("nothing", "mcp://"),
        ("no host", "mcp:///a"),
        ("a plus sign", "mcp://tool/a+b"),
    ):
        cases.reject(comment, text, "resource_tool")


def lengths(file):
    file.note(
        "Length", "EDGE_CASE", "Around the longest text, 2,048 bytes. The canonical form can be one byte longer than the text."
    )
    cases = Resources(file, "Length", "lengths", "Around the longest text.")
    base = "https://api.example.com/"
    cases.accept("2,048 bytes", base + "a" * (2048 - len(base)))
    cases.reject("2,049 bytes", base + "a" * (2049 - len(base)), "resource_too_long")
    bare = "https://api.example.com?"
    cases.accept("2,047 bytes that become 2,048", bare + "a" * (2047 - len(bare)), base + "?" + "a" * (2047 - len(bare)))
    cases.reject("2,048 bytes that would become 2,049", bare + "a" * (2048 - len(bare)), "resource_too_long")
    cases.reject(
        "2,052 bytes that would become 2,048 without the default port",
        "https://api.example.com:443/" + "a" * (2052 - len(base) - 4),
        "resource_too_long",
    )
    cases.accept(
        "a canonical form that is shorter than the text",
        "https://api.example.com:443/" + "a" * (2044 - len(base)),
        base + "a" * (2044 - len(base)),
    )
