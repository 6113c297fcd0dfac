#!/bin/sh
# Does what many SDKs do: a token first; where no answer comes, as behind a hop limit of 1, without.
# It calls from the machine's second address, whose token requests the stand-in leaves unanswered.
service=http://169.254.169.254
token=$(curl -q -sS -m 1 --interface 10.0.0.6 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600' "$service/latest/api/token")
if [ -n "$token" ]; then
    curl -q -sS -m 5 --interface 10.0.0.6 -H "X-aws-ec2-metadata-token: $token" "$service/latest/meta-data/iam/security-credentials/"
else
    curl -q -sS -m 5 --interface 10.0.0.6 "$service/latest/meta-data/iam/security-credentials/"
fi
exit $?
