"""Uploads by HTTP with the standard library, past any proxy.

Tries: to use what courses use to download data.
Must: reach nobody.
Control: reaches the listener
"""

import urllib.request


def attack():
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(f"http://127.0.0.1:{WORLD['tcp']}/", data=b"hello from inside", timeout=0.3)
