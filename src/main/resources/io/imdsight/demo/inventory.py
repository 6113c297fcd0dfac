# Asks for the instance's type without a token.
import urllib.request

with urllib.request.urlopen("http://169.254.169.254/latest/meta-data/instance-type", timeout=5) as answer:
    print(answer.read().decode())
