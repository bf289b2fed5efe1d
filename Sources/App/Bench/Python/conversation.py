import os, sys, json, time
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
def answer(value):
    print(json.dumps(value), file=answers, flush=True)

def converse(name, on, prepare, measure):
    answer({"name": name, "on": on})
    run, last = None, float("inf")
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "prepare" in request:
                run, last = None, float("inf")
                run = prepare(request["prepare"])
                answer({"ready": True})
            else:
                measured = measure(run, last)
                last = measured["seconds"]
                answer(measured)
        except NotImplementedError as error:
            answer({"missing": str(error)})
        except Exception as error:
            answer({"failed": f"{type(error).__name__}: {error}"})


