"""A processor without AVX-512, or what torch and its libraries take for one."""

import os
import platform

# what oneDNN and torch's own kernels may use; numpy is left as it is
WITHOUT_AVX512 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
IS_X86 = platform.machine().lower() in ("x86_64", "amd64")


def environment(*, avx512: bool) -> dict[str, str]:
    """Environment of a process on this machine, or on this machine without AVX-512."""
    plain = {name: value for name, value in os.environ.items() if name not in WITHOUT_AVX512}
    return plain if avx512 else plain | WITHOUT_AVX512
