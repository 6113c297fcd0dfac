#!/bin/sh
# Fetches the role's credentials without a token.
curl -q -sS -m 5 http://169.254.169.254/latest/meta-data/iam/security-credentials/demo-role
exit $?
