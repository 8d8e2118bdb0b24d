#!/usr/bin/env python3
"""Compares the hosts our reader says a page contacts with those Chromium asks.

    tests/browser/hosts.py [--page-hosts BINARY] [--chromium BINARY]

Serves three pages on loopback, has headless Chromium open them (every name is mapped to 127.0.0.1), and takes its word from
the server's log of requests, plus, for connections opened ahead of time, from Chromium's own network log.

  equal.html  hosts that Chromium contacts and hosts that only look so: both sets must be the same.
  equal.xhtml the same in XML, where `noscript` and `textarea` hold elements.
  wider.html  where browsers choose and our reader names every choice: Chromium's set must lie within ours, and what is
              ours alone must be exactly what the rule at each host says.

No page has a script that does anything: scripts are served empty.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

QUIET_SECONDS = 4
LONGEST_SECONDS = 60

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g id="x"/><mask id="m"/></svg>'
TYPES = {
    ".css": ("text/css", b""),
    ".js": ("text/javascript", b""),
    ".png": ("image/png", PIXEL),
    ".svg": ("image/svg+xml", SVG),
    ".xhtml": ("application/xhtml+xml", b""),
    ".html": ("text/html", b"<!doctype html><title>frame</title>"),
    ".woff2": ("font/woff2", b"no font"),
    ".mp4": ("video/mp4", b"no video"),
    ".vtt": ("text/vtt", b"WEBVTT\n"),
    ".json": ("application/json", b"{}"),
}

# H(name) is a URL's beginning: http://NAME.example:PORT
EQUAL_HEADERS = {
    "Link": '<{H:header-preload}/a.css>; rel="preload"; as=style, <{H:header-preconnect}>; rel=preconnect,'
    " <{H:header-canonical}/>; rel=canonical, <{H:header-icon}/a.png>; rel=icon",
    "Speculation-Rules": '"{H:header-speculation}/a.json"',
    "Reporting-Endpoints": 'default="{H:report-endpoint}/r"',
    "Content-Security-Policy-Report-Only": "img-src * csp.example *.csp-wild.example; script-src * 'unsafe-inline'",
}
EQUAL_PERMITTED = {"csp", "csp-wild", "dns-prefetch", "report-endpoint"}
EQUAL = r"""<!doctype html><html><head><meta charset="utf-8"><title><img src="{H:not-title}/a.png"></title>
<link rel="stylesheet" href="{H:style}/main.css">
<link rel="stylesheet" href="{H:style-print}/a.css" media="print">
<link rel="alternate stylesheet" title="other" href="{H:style-alternate}/a.css">
<link rel="StyleSheet" type="text/less" href="{H:not-less}/a.css">
<link rel="stylesheet" disabled href="{H:not-disabled}/a.css">
<link rel="preload" as="font" crossorigin href="{H:preload-font}/a.woff2">
<link rel="preload" as="image" imagesrcset="{H:preload-set}/a.png 1x" href="/own.png">
<link rel="preload" href="{H:not-preload-without-as}/a.png">
<link rel="modulepreload" href="{H:modulepreload}/a.js">
<link rel="prefetch" href="{H:prefetch}/a.png">
<link rel="shortcut icon" href="{H:icon}/a.png"><link rel="manifest" href="{H:manifest}/a.json"><link rel="manifest" href="{H:not-manifest}/a.json">
<link rel="preconnect" href="{H:preconnect}">
<link rel="dns-prefetch" href="{H:dns-prefetch}">
<link rel="prerender" href="{H:not-prerender}/a.html">
<link rel="canonical" href="{H:not-canonical}/"><link rel="next" href="{H:not-next}/">
<link rel="alternate" type="application/rss+xml" href="{H:not-feed}/">
<link rel="search" type="application/opensearchdescription+xml" href="{H:not-search}/a.xml">
<script src="{H:script}/a.js"></script>
<script type="module" src="{H:script-module}/a.js"></script>
<script language="JavaScript" src="{H:script-language}/a.js"></script>
<script type="text/plain" src="{H:not-consent}/a.js"></script>
<script type="application/ld+json" src="{H:not-data}/a.js"></script>
<script nomodule src="{H:not-nomodule}/a.js"></script>
<style>
@charset "utf-8"; @layer base; @import "{H:import-string}/a.css"; @IMPORT u\72l({H:import-url}/a.css) screen;
/* @import "{H:not-css-comment}/a.css"; */
@namespace svg url({H:not-namespace}/a);
@import "{H:not-late-import}/a.css";
@font-face {{ font-family: f; src: local("no such font"), url("{H:font}/a.woff2") format("woff2"); }}
@supports (background: url({H:not-supports}/a.png)) {{ }}
body {{ font-family: f; background: URL( "{H:back}/a.png" ); }}
#set {{ background-image: image-set("{H:image-set}/a.png" type("image/png") 1x); }}
#set::before {{ content: "url({H:not-css-string}/a.png)"; }}
#esc {{ background: url(\68ttp\3a{E:escaped}\2f a.png); }}
#bad {{ background: url({H:not-bad-url}/a b.png); }}
</style></head>
<body><p id="set">Text</p><p id="esc">Text of https://not-prose.example/</p><p id="bad">x</p>
<div style="background: url(&quot;{H:style-attribute}/a.png&quot;)">x</div>
<table background="{H:table-background}/a.png"><thead background="{H:thead-background}/a.png"><tr background="{H:tr-background}/a.png"><td background="{H:td-background}/a.png">x</td></tr></table>
<!-- <img src="{H:not-comment}/a.png"> --><!--><img src="{H:after-comment}/a.png">
<noscript><img src="{H:not-noscript}/a.png"></noscript>
<template><img src="{H:not-template}/a.png"><template></template><img src="{H:not-template-2}/a.png"></template>
<div><template shadowrootmode="open"><img src="{H:shadow-root}/a.png"></template></div>
<textarea><img src="{H:not-textarea}/a.png"></textarea><xmp><img src="{H:not-xmp}/a.png"></xmp>
<script>"<img src='{H:not-script-text}/a.png'>" // <!-- <script> </script> <img src='{H:not-script-escaped}/a.png'> --></script>
<a href="{H:not-link}/" ping="{H:not-ping}/">x</a>
<img src="{H:image}/a.png"><image src="{H:image-old}/a.png">
<img src="{H:first-of-two}/a.png" src="{H:not-second-of-two}/a.png">
<img srcset="{H:srcset}/w_1,h_1/a.png 1x">
<img src="http&colon;//entity.example:{P}/a.png"><img src="ht
tp://white	space.example:{P}/a.png"><img src="http:\\backslash.example:{P}\a.png"><img src="//RELATIVE.example:{P}/a.png">
<picture><source srcset="{H:picture}/a.png" src="{H:not-picture-src}/a.png"><img src=""></picture>
<source src="{H:not-source}/a.mp4" srcset="{H:not-source-set}/a.png">
<video poster="{H:poster}/a.png" preload="auto" src="{H:video}/a.mp4"></video>
<video preload="auto"><source src="{H:video-source}/a.mp4" type="video/mp4"></video>
<audio preload="auto" src="{H:audio}/a.mp4"></audio>
<iframe src="{H:iframe}/a.html"></iframe><embed src="{H:embed}/a.html"><object data="{H:object}/a.html"></object>
<iframe src="{H:not-src-beside-srcdoc}/a.html" srcdoc='<base href="{H:srcdoc-base}/"><base href="{H:not-second-base}/"><img src="a.png"><noscript><img src="{H:not-srcdoc-noscript}/a.png"></noscript>'></iframe>
<iframe sandbox srcdoc='<noscript><img src="{H:sandbox-noscript}/a.png"></noscript><script src="{H:sandbox-script}/a.js"></script>'></iframe>
<input type="image" src="{H:input-image}/a.png"><input src="{H:not-input}/a.png">
<svg width="9" height="9"><image width="9" height="9" href="{H:svg-image}/a.png" xlink:href="{H:not-xlink-beside-href}/a.png"/>
<image width="9" height="9" xlink:href="{H:svg-xlink}/a.png"/><use href="#x"/><use href="{H:not-use-elsewhere}/a.svg#x"/>
<filter id="f"><feImage href="{H:fe-image}/a.png"/></filter><rect width="9" height="9" filter="url(#f)"/>
<style><![CDATA[@import "{H:svg-style}/a.css";]]></style><script href="{H:svg-script}/a.js"></script>
<![CDATA[<img src="{H:not-cdata}/a.png">]]><title><img src="{H:svg-title}/a.png"></title>
<foreignObject><img src="{H:foreign-object}/a.png"><title><img src="{H:not-html-title}/a.png"></title></foreignObject></svg>
<![CDATA[ ><img src="{H:after-bogus-cdata}/a.png">
<math><mi><img src="{H:math}/a.png"></mi></math>
<base href="{H:base}/"><img src="a.png"><base href="{H:not-base}/">
<iframe><img src="{H:not-iframe-text}/a.png"></iframe><noembed><img src="{H:not-noembed}/a.png"></noembed>
<plaintext><img src="{H:not-plaintext}/a.png">
"""
XHTML = r"""<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="{H:script}/a.js"/>
<style><![CDATA[@import "{H:style-cdata}/a.css"; p > i {{ color: red }}]]></style>
<style>/*&lt;*/@import "{H:style-late}/a.css";</style></head>
<body><img src="{H:image}/a.png" alt=""/><textarea><img src="{H:in-textarea}/a.png"/></textarea>
<p><![CDATA[<img src="{H:not-cdata}/a.png"/>]]></p><!-- <img src="{H:not-comment}/a.png"/> -->
<noscript><img src="{H:in-noscript}/a.png"/></noscript>
<template><img src="{H:not-template}/a.png"/></template>
<iframe src="{H:frame}/a.html"/>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image width="9" height="9" xlink:href="{H:svg-xlink}/a.png"/></svg>
</body></html>
"""
SHEETS = {
    "style/main.css": '@import url("{H:sheet-import}/a.css");\n'
    "p {{ border-image: url({H:sheet-image}/a.png) 1; }}\n"
    '@font-face {{ font-family: g; src: url("{H:sheet-font}/a.woff2"); }} p {{ font-family: g; }}\n',
}

# Hosts that our reader names and Chromium leaves out here, each with the rule.
WIDER_ONLY_OURS = {
    "set-other": "srcset: one candidate is loaded, which one depends on the screen",
    "beside-set": "srcset: the src beside it is for browsers without srcset",
    "picture-other": "picture: the source whose media query does not hold here",
    "picture-fallback": "picture: the fallback of a source that holds",
    "lazy": "loading=lazy far below the screen",
    "form": "a form is not submitted by itself",
    "formaction": "a form is not submitted by itself",
    "font-other": "a format of a font after the first that is supported",
    "font-unused": "a font no text uses",
    "back-unused": "a background no element has",
    "media-other": "a style whose media query does not hold",
    "property-wrong": "an image of a style no browser understands",
    "track": "subtitles that are not switched on",
    "touch-icon": "only Apple's browsers ask",
    "mask-icon": "only Apple's browsers ask",
    "csp-blocked": "the page's own policy forbids it",
    "link-style": "a style sheet in a Link header: Firefox takes it",
}
WIDER_BOTH = {"set", "picture-wide", "font-first"}
WIDER_HEADERS = {
    "Link": "<{H:link-style}/a.css>; rel=stylesheet",
    "Content-Security-Policy": "object-src 'none'",
}
WIDER = r"""<!doctype html><html><head><meta charset="utf-8"><title>wider</title>
<link rel="apple-touch-icon" href="{H:touch-icon}/a.png">
<link rel="mask-icon" href="{H:mask-icon}/a.svg">
<style>
@font-face {{ font-family: f; src: url("{H:font-first}/a.woff2") format("woff2"), url("{H:font-other}/a.eot") format("embedded-opentype"); }}
@font-face {{ font-family: u; src: url("{H:font-unused}/a.woff2"); }}
.unused {{ background: url({H:back-unused}/a.png); }}
@media (max-width: 1px) {{ body {{ background: url({H:media-other}/a.png); }} }}
body {{ font-family: f; bakcground: url({H:property-wrong}/a.png); }}
</style></head><body>Text
<img src="{H:beside-set}/a.png" srcset="{H:set}/a.png 1x, {H:set-other}/a.png 3x">
<picture><source media="(max-width: 1px)" srcset="{H:picture-other}/a.png"><source media="(min-width: 2px)"
 srcset="{H:picture-wide}/a.png"><img src="{H:picture-fallback}/a.png"></picture>
<video><track src="{H:track}/a.vtt"></video>
<form action="{H:form}/"><button formaction="{H:formaction}/">x</button></form>
<embed src="{H:csp-blocked}/a.html">
<div style="height: 30000px"></div><img loading="lazy" width="9" height="9" src="{H:lazy}/a.png">
</body></html>
"""


def fill(text, port):
    """Puts the port and the hosts into a template."""
    text = re.sub(r"\{E:([a-z0-9-]+)\}", lambda m: rf"\2f\2f {m[1]}.example:{port}", text)
    text = re.sub(r"\{H:([a-z0-9-]+)\}", lambda m: f"http://{m[1]}.example:{port}", text)
    return text.replace("{P}", str(port)).replace("{{", "{").replace("}}", "}")


class Site:
    """The loopback server and what it was asked."""

    def __init__(self):
        self.asked = []
        self.lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.answer(self)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.pages = {
            "page/equal.html": (EQUAL_HEADERS, EQUAL),
            "page/equal.xhtml": ({}, XHTML),
            "page/wider.html": (WIDER_HEADERS, WIDER),
            **{path: ({}, text) for path, text in SHEETS.items()},
        }
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def content(self, name, path):
        """Headers and body for a path at a host, named without `.example`."""
        headers, body = {}, None
        page = self.pages.get(name + path)
        if page:
            headers = {key: fill(value, self.port) for key, value in page[0].items()}
            body = fill(page[1], self.port).encode()
        suffix = re.search(r"\.[a-z0-9]+$", path)
        kind, default = TYPES.get(suffix[0] if suffix else "", ("text/plain", b""))
        return {"Content-Type": kind, **headers}, default if body is None else body

    def answer(self, request):
        host = (request.headers.get("Host") or "").split(":")[0].lower()
        path = request.path.split("?")[0]
        with self.lock:
            self.asked.append((host, path))
        headers, body = self.content(host.removesuffix(".example"), path)
        request.send_response(200)
        for key, value in headers.items():
            request.send_header(key, value)
        request.send_header("Access-Control-Allow-Origin", "*")
        request.send_header("Cache-Control", "no-store")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def hosts(self):
        with self.lock:
            return {host for host, _ in self.asked}, len(self.asked)


def watch(chromium, site, page, folder):
    """Hosts that Chromium sends requests or opens connections to while it shows a page."""
    with site.lock:
        site.asked.clear()
    log = folder / "net.json"
    command = [
        chromium,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
        "--disable-features=HttpsUpgrades,HttpsFirstBalancedMode,OptimizationHints,LocalNetworkAccessChecks",
        "--no-proxy-server",
        "--host-resolver-rules=MAP * 127.0.0.1",
        "--window-size=800,600",
        "--force-device-scale-factor=1",
        f"--user-data-dir={folder / 'profile'}",
        f"--log-net-log={log}",
        "--net-log-capture-mode=IncludeSensitive",
        "--remote-debugging-port=0",
        f"http://page.example:{site.port}/{page}",
    ]
    browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun = quiet_since = time.monotonic()
    count = 0
    try:
        # Until nothing more is asked for a while, and something was.
        while time.monotonic() - begun < LONGEST_SECONDS:
            time.sleep(0.2)
            now = site.hosts()[1]
            if now != count:
                count, quiet_since = now, time.monotonic()
            if count and time.monotonic() - quiet_since > QUIET_SECONDS:
                break
            if browser.poll() is not None:
                sys.exit(f"{chromium} ended early with status {browser.returncode}")
    finally:
        browser.terminate()
        browser.wait(timeout=30)
    asked = site.hosts()[0]
    if not any(path == f"/{page}" for _, path in site.asked):
        sys.exit(f"Chromium never asked for {page}")
    # A connection opened ahead sends no request; the network log names the host it was opened for.
    opened = set(re.findall(r'"group_id":"http://([a-z0-9.-]+\.example):\d+', log.read_text(errors="replace")))
    return {host.removesuffix(".example") for host in asked | opened if host.endswith(".example")}


def ours(binary, site, page, folder):
    """What our reader says of the page and of the style sheets it loads."""
    arguments = []

    def save(name, path):
        headers, body = site.content(name, path)
        at = folder / f"answer-{len(arguments)}"
        at.with_suffix(".headers").write_text("".join(f"{k}: {v}\n" for k, v in headers.items()))
        at.with_suffix(".body").write_bytes(body)
        url = f"http://{name}.example:{site.port}{path}"
        arguments.extend([url, str(at.with_suffix(".headers")), str(at.with_suffix(".body"))])

    def run():
        return json.loads(subprocess.run([binary, *arguments], check=True, capture_output=True, text=True).stdout)

    save("page", f"/{page}")
    for url in run()["style-sheets"]:
        host, path = re.fullmatch(r"http://([a-z0-9-]+)\.example:\d+(/.*)", url).groups()
        save(host, path)
    found = run()
    strip = lambda hosts: {host.removesuffix(".example") for host in hosts}
    return strip(found["would-be-contacted"]), strip(found["permitted"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page-hosts", help="the example `page_hosts`, built (default: cargo builds it)")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("chromium-browser"))
    options = parser.parse_args()
    if not options.chromium:
        sys.exit("no chromium found; Debian: apt-get install chromium")
    root = Path(__file__).resolve().parents[2]
    binary = options.page_hosts
    if not binary:
        built = subprocess.run(
            ["cargo", "build", "--quiet", "--example", "page_hosts", "--message-format=json"],
            cwd=root, check=True, stdout=subprocess.PIPE, text=True,
        ).stdout
        paths = [json.loads(line).get("executable") for line in built.splitlines()]
        binary = [path for path in paths if path][-1]
    site = Site()
    faults = []

    def expect(what, got, want):
        for name in sorted(got - want):
            faults.append(f"{what}: {name}.example is too much")
        for name in sorted(want - got):
            faults.append(f"{what}: {name}.example is missing")

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for page in ["equal.html", "equal.xhtml", "wider.html"]:
            (folder / page).mkdir()
        named, permitted = ours(binary, site, "equal.html", folder)
        browsed = watch(options.chromium, site, "equal.html", folder / "equal.html")
        # The page's own address is asked in any case; it names itself too (`/own.png`).
        expect("equal.html, ours against Chromium's", named, browsed)
        # Against a reader and a browser that are wrong in the same way, by the hosts' own names.
        written = set(re.findall(r"\{[HE]:([a-z0-9-]+)\}", EQUAL + "".join(EQUAL_HEADERS.values()) + SHEETS["style/main.css"]))
        meant = {n for n in written if not n.startswith("not-")} - EQUAL_PERMITTED - {"header-canonical", "header-icon"}
        meant |= {"page", "entity", "whitespace", "backslash", "relative"}
        expect("equal.html, ours against what is written", named, meant)
        expect("equal.html, permitted", permitted, EQUAL_PERMITTED)
        print(f"equal.html: {len(browsed)} hosts contacted by Chromium, {len(named)} by our reading,"
              f" {sum(n.startswith('not-') for n in written)} decoys")

        named, _ = ours(binary, site, "equal.xhtml", folder)
        browsed = watch(options.chromium, site, "equal.xhtml", folder / "equal.xhtml")
        expect("equal.xhtml, ours against Chromium's", named, browsed - {"page"})
        print(f"equal.xhtml: {len(browsed - {'page'})} hosts contacted by Chromium, {len(named)} by our reading")

        named, _ = ours(binary, site, "wider.html", folder)
        browsed = watch(options.chromium, site, "wider.html", folder / "wider.html")
        expect("wider.html, Chromium's", browsed - {"page"}, WIDER_BOTH)
        expect("wider.html, ours alone", named - browsed, set(WIDER_ONLY_OURS))
        expect("wider.html, Chromium's within ours", browsed - {"page"} - named, set())
        print(f"wider.html: {len(named)} hosts by our reading, {len(browsed - {'page'})} contacted by Chromium; ours alone:")
        for name, rule in WIDER_ONLY_OURS.items():
            print(f"  {name:17} {rule}")
    for fault in faults:
        print(f"FAULT {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
