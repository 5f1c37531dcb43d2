//! The texts of `--help` beside those of the flags.

pub(crate) const GETTING_STARTED: &str = "\
Example:
  export MONGODB_ATLAS_CLIENT_ID=... MONGODB_ATLAS_CLIENT_SECRET=...  # a service account
  atlas-snapshots auth check
  atlas-snapshots clusters --all-projects
  atlas-snapshots list --project 32b6e34b3d91647abb20e7b8 --cluster Cluster0

'atlas-snapshots list --help' explains output formats, environment and exit codes.";

pub(crate) const LIST_BRIEF: &str = "\
Credentials are read from the environment, such as MONGODB_ATLAS_CLIENT_ID and
MONGODB_ATLAS_CLIENT_SECRET. '--help' shows examples, formats, environment and exit codes.";

pub(crate) const LIST_MANUAL: &str = "\
Output formats:
  table   for reading; printed at the end, fitted to the width of the terminal
  json    one array of objects, field names as in the Atlas API
  ndjson  the same objects, one a line, printed as they arrive
  csv     a header and one line a snapshot, printed as they arrive; absent values are empty:
          id, createdAt, expiresAt, frequencyType, mongodVersion, serverlessInstanceName,
          snapshotType, status, storageSizeBytes, source, scheduledAt, startedAt, finishedAt,
          projectId, projectName, clusterName, clusterKind, type, description, cloudProvider,
          copyRegions, replicaSetName, masterKeyUUID, policyItems, configServerType, snapshotIds
  Every row has projectId, clusterName and source, which is the API, and where they are known,
  projectName and clusterKind: replicaSet, sharded, geoSharded, flex or serverless. A global
  cluster that is listed by its name is sharded.
  Fields that an API does not have are absent. The createdAt of a Flex snapshot is the time it
  was finished. New fields and columns are added behind these.

  A listing that is stopped or fails leaves the array of json open, which is no valid JSON, and
  marks a table as partial. Use ndjson for the rows of such a listing, and set -o pipefail in
  pipes: the exit code says whether all rows are there.

  Characters that control a terminal, reorder text or are invisible are escaped in json and
  ndjson, and replaced in a table and in messages. The values of csv are as received, unless they
  are printed on a terminal; --csv-safe is for spreadsheets.

Several clusters:
  With --all-clusters, --all-projects, or more than one --cluster or --project, the clusters are
  discovered first: GET /groups, and two lists of clusters for each project. Then the snapshots of
  each cluster are listed, of several at once, and printed as each of them has been read. Free
  clusters and those whose backups are off have none, which a notice says. Internal clusters of
  Atlas are left out. A cluster or a project that fails is named on standard error with its
  reason, and the others are printed. Where Atlas counts more clusters in a project than it
  lists, that is named, too.

Environment:
  MONGODB_ATLAS_CLIENT_ID, MONGODB_ATLAS_CLIENT_SECRET
                                 A service account with the role Project Read Only
  MONGODB_ATLAS_PUBLIC_API_KEY, MONGODB_ATLAS_PRIVATE_API_KEY
                                 Or an API key with that role
  MONGODB_ATLAS_ACCESS_TOKEN     Or an access token obtained elsewhere
  MONGODB_ATLAS_PROJECT_ID       The project, unless --project is given
  MONGODB_ATLAS_CLUSTER          The cluster, unless --cluster is given
  MONGODB_ATLAS_OPS_MANAGER_URL  The base URL, unless --base-url is given
  RUST_LOG                       What to log on standard error, such as atlas_snapshots=debug
  An empty variable counts as unset. Credentials are not needed where the base URL is on this
  machine, and there is no flag for them: others could read it.

Exit codes:
  0    All snapshots were listed and printed; or the reader of the rows closed the pipe, and
       there is no checkpoint file
  1    The listing failed, or single snapshots could not be read; of several clusters, at least
       one failed, or was named and does not exist; standard error says what and where
  2    Wrong usage; no request was sent
  3    The end was reached, but a snapshot or a cluster may be missing; the summary says why
  4    The credentials, the role or the IP address were rejected
  5    There is no such project or cluster
  6    Rate limited
  7    The API is withdrawn
  8    No connection, or no complete response in time
  9    The deadline passed
  130  Ended by Ctrl-C (SIGINT)
  143  Ended by SIGTERM
  By default, 3 means that reading again did not help: no two passes agreed, a page stayed empty,
  or Atlas counted a page or more beyond the snapshots it sent.

Waiting:
  Where nothing arrives for two seconds, or five where standard error is no terminal, a line on
  standard error says what has failed, which attempt that was, and how long the wait is. -v logs
  every retry, -q only prints errors.

Stopping and resuming:
  Ctrl-C and SIGTERM end a listing in order: the rows so far are printed, and standard error says
  how many. A second one ends it at once.

  --checkpoint FILE keeps in FILE how far the listing has come. FILE exists from before the first
  request until the listing has reached its end: while it exists, there is more to print.
  --resume-from FILE prints the rest, below the header that csv has already. What is listed and
  the page size must be the same. Both need ndjson or csv: nothing can be added to a closed array
  or a finished table. Both read in a single pass, and print a notice of it: what another pass
  finds can belong before rows that are printed. So a sign that a snapshot may be missing ends in
  exit code 3, and neither can be combined with --consistency verified. The exit code includes
  what earlier runs have met: items that could not be read, and such signs. Each file is locked
  for the run: another run with it is refused.

  After a stop by an error, the deadline, Ctrl-C or SIGTERM, the rows of all runs together are the
  listing, none twice. So they are after a kill (SIGKILL, a crash), unless it falls into the
  instant between the printing of a few rows (4 KiB) and the renaming of FILE right behind it:
  these rows are then printed twice. Part of a row can be left behind by standard output that
  fails, as on a full disk, and by a kill within a row longer than 4 KiB. A kill can leave behind
  a file named .atlas-snapshots-..., too. FILE is not forced to disk.

Examples:
  # A table, project and credentials from the environment
  export MONGODB_ATLAS_CLIENT_ID=... MONGODB_ATLAS_CLIENT_SECRET=...
  export MONGODB_ATLAS_PROJECT_ID=32b6e34b3d91647abb20e7b8
  atlas-snapshots list --cluster Cluster0

  # The ids of all completed snapshots
  set -o pipefail
  atlas-snapshots list --cluster Cluster0 --output ndjson |
    jq -r 'select(.status == \"completed\").id'

  # A spreadsheet, verified to be complete
  atlas-snapshots list --cluster Cluster0 --output csv --csv-safe --verify > snapshots.csv &&
    echo complete

  # Every cluster of the organisation, in one file
  atlas-snapshots list --all-projects --output csv > snapshots.csv

  # The production clusters of a project, but for one
  atlas-snapshots list --all-clusters --tag env=prod --exclude-cluster Cluster0

  # Up to nine attempts, each of which resumes the last one, also after a kill
  for attempt in 1 2 3 4 5 6 7 8 9; do
    atlas-snapshots list --cluster Cluster0 --output ndjson \\
      --checkpoint at.json --resume-from at.json >> snapshots.ndjson
    code=$?
    test -e at.json || test $code -gt 128 || break
    sleep 60
  done

  # Against a mock on this machine, no credentials needed
  atlas-snapshots list --project 32b6e34b3d91647abb20e7b8 --cluster Cluster0 \\
    --base-url http://127.0.0.1:8080";

pub(crate) const CHECK_EXIT_CODES: &str = "\
Exit codes:
  0  OK        Every cluster has a fresh snapshot, or is a Free cluster
  1  WARNING   The newest snapshot of a cluster is older than --warn-age
  2  CRITICAL  A cluster is stale, has no or too few completed snapshots, or its backups are off
  3  UNKNOWN   A list could not be read, or may be incomplete; also wrong usage
  Critical outranks unknown, and unknown outranks warning.

Examples:
  atlas-snapshots check --max-age 26h --all-projects
  atlas-snapshots check --max-age 26h --all-projects --output prometheus --output-file atlas.prom";
