#!/bin/sh
# Run once, when the cluster is made: a copy of the cluster may be taken, and a replica may follow, over the network.
set -eu
echo "host replication zabota_replica all scram-sha-256" >> "$PGDATA/pg_hba.conf"
