def measure(work, last):
    start = time.perf_counter()
    result = work()
    return {"seconds": time.perf_counter() - start, "result": result}

import platform
converse("CPython " + platform.python_version(), [], works.get, measure)
