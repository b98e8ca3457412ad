# packages.sh: sourced by ./run and ./test: installs Debian packages that are missing, and says so.
#
# need WHAT PACKAGE...  : packages that are not installed are installed with apt-get, through sudo where the user is not root.

BUILD_PACKAGES="clang-19 lld-19 llvm-19 libstdc++-12-dev make libgmp-dev libffi-dev zlib1g-dev libbz2-dev liblzma-dev libssl-dev libsqlite3-dev libexpat1-dev uuid-dev libcrypt-dev libedit-dev libncurses-dev
    libdouble-conversion-dev libpcre2-dev unicode-data libpython3.11-minimal libpython3.11-stdlib"
TEST_PACKAGES="python3-pygments python3-markdown python3-docutils python3-jinja2 python3.11 libpython3.11-testsuite libpython3.11-dev libclang-rt-19-dev"

need() {
    what=$1
    shift
    missing=$(for package in "$@"; do
        case $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) in
        *" installed") ;;
        *) echo "$package" ;;
        esac
    done)
    [ -z "$missing" ] && return 0
    echo "$what needs these Debian packages, which are installed now:" $missing >&2
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    export DEBIAN_FRONTEND=noninteractive
    # Lists that are too old name files that are gone: they are fetched anew once.
    $sudo apt-get install -y --no-install-recommends $missing >/dev/null 2>&1 && return 0
    $sudo apt-get update >&2 && $sudo apt-get install -y --no-install-recommends $missing >&2
}
