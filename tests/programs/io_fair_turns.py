"""A thread that writes without a pause leaves the main thread its turn at the same buffered file (and one that reads leaves the others theirs)."""
import os
import threading
import time

read_end, write_end = os.pipe()
stop = threading.Event()


def drain():
    while os.read(read_end, 1 << 16):
        pass


def chatter(file):
    while not stop.is_set():
        file.write(b".")
        file.flush()


drainer = threading.Thread(target=drain)
drainer.start()
with open(write_end, "wb") as shared:
    writer = threading.Thread(target=chatter, args=(shared,))
    writer.start()
    time.sleep(0.05)
    for _ in range(5):
        shared.write(b"!")
        shared.flush()
    print("the main thread wrote")
    stop.set()
    writer.join()
drainer.join()
