# Does what many SDKs do: a token first; where no answer comes, as behind a hop limit of 1, without.
# It calls from the machine's second address, whose token requests the stand-in leaves unanswered.
import http.client


def call(method, path, headers, timeout):
    connection = http.client.HTTPConnection("169.254.169.254", 80, timeout=timeout, source_address=("10.0.0.6", 0))
    try:
        connection.request(method, path, headers=headers)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


headers = {"User-Agent": "sdk-client/1.0"}
try:
    token = call("PUT", "/latest/api/token", headers | {"X-aws-ec2-metadata-token-ttl-seconds": "21600"}, 1)
    headers["X-aws-ec2-metadata-token"] = token
except TimeoutError:
    pass
print(call("GET", "/latest/meta-data/iam/security-credentials/", headers, 5))
