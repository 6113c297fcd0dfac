#!/bin/sh
# A job that knows nothing of the metadata service.
sh sync.sh
exit $?
