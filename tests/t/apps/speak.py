#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Two applications for a place behind mod_proxy_http, on 127.0.0.1 at the port
given: /speak answers as its query asks and lists the headers it got; /login,
/otp and /bye are a legacy login of its own that only learned to send headers.

  /speak?status=404&type=text/html&say=Name:+value&say=...
"""
import re
import socketserver
import sys
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

PASSWORDS = {"alice": "secret", "bob": "secret"}
CODE = "123456"
LOGIN_PAGE = """<!DOCTYPE html><title>Log in</title><p>%s</p>
<form method=post><input name=user> <input name=password type=password>
<label><input name=keep type=checkbox> Keep me signed in</label>
<button>Log in</button></form>
"""
OTP_PAGE = """<!DOCTYPE html><title>Code</title><p>%s</p>
<form method=post><input name=code>
<label><input name=remember type=checkbox> Remember this browser</label>
<button>Send</button></form>
"""


class Application(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: no wait for an ACK

    def do_GET(self):
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        form = self.fields(self.rfile.read(length).decode("latin-1"))
        page = {"/speak": self.speak, "/login": self.login, "/otp": self.otp,
                "/bye": self.bye}.get(url.path)
        if page:
            page(self.fields(url.query), dict(form))
        else:
            self.answer(404, [], "no such page\n", "text/plain")

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

    @staticmethod
    def fields(text):
        # latin-1: octets stay what they are
        return parse_qsl(text, keep_blank_values=True, encoding="latin-1")

    def answer(self, status, said, body="", content_type="text/html"):
        octets = body.encode("latin-1")
        self.send_response(status)
        for name, value in said:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        if status not in (204, 304) and self.command != "HEAD":
            self.wfile.write(octets)

    def speak(self, query, _form):
        asked = dict(query)
        said = [re.split(r":\s*", value, maxsplit=1)
                for name, value in query if name == "say"]
        told = "".join(f"{name}={value}\n"
                       for name, value in self.headers.items())
        self.answer(int(asked.get("status", 200)), said, told,
                    asked.get("type", "text/plain"))

    def login(self, _query, form):
        if self.command != "POST":
            return self.answer(200, [], LOGIN_PAGE % "Who are you?")
        # a line break would begin a header of the client's own
        user = re.sub(r"[^ -~]", "", form.get("user", ""))
        if user not in PASSWORDS or PASSWORDS[user] != form.get("password"):
            said = [("Session-NP-Login-Failed", user)] if user else []
            return self.answer(200, said, LOGIN_PAGE % "Wrong.")
        said = [("Location", "speak"), ("Session-NP-Login", user)]
        if "keep" in form:
            said.append(("Session-NP-Mode", "persistent"))
        return self.answer(303, said)

    def otp(self, _query, form):
        if self.command != "POST":
            return self.answer(200, [], OTP_PAGE % "What is the code?")
        if form.get("code") != CODE:
            user = self.headers.get("Session-NP-User")
            said = [("Session-NP-Login-Failed", user)] if user else []
            return self.answer(200, said, OTP_PAGE % "Wrong.")
        method = "otp; remember" if "remember" in form else "otp"
        return self.answer(303, [("Location", "speak"),
                                 ("Session-NP-MFA", method)])

    def bye(self, _query, _form):
        self.answer(303, [("Location", "login"), ("Session-NP-Logout", "?1")])


class Server(socketserver.ThreadingTCPServer):
    # not HTTPServer: that one asks the DNS for its own name
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


Server(("127.0.0.1", int(sys.argv[1])), Application).serve_forever()
