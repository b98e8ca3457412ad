"""Modules in C: what their functions do with objects that hold on to what they are lent, and with arguments of other types."""
import hashlib
import hmac
import io
import pickle
import threading
import unittest


class Lent(unittest.TestCase):
    def test_view_of_the_unpickler_kept(self):
        class File:
            def __init__(self, data):
                self.file, self.kept = io.BytesIO(data), []
                self.read, self.readline = self.file.read, self.file.readline

            def readinto(self, view):
                self.kept.append(pickle.PickleBuffer(view))
                return self.file.readinto(view)

        value = [bytearray(b"y" * 100000), b"z" * 200000]
        file = File(pickle.dumps(value, 5))
        self.assertEqual(pickle.Unpickler(file).load(), value)
        self.assertEqual([bytes(buffer) for buffer in file.kept], [bytes(part) for part in value])

    def test_view_of_the_reader_kept(self):
        class Raw(io.RawIOBase):
            kept = []

            def readable(self):
                return True

            def readinto(self, view):
                self.kept.append(pickle.PickleBuffer(view))
                view[:3] = b"abc"
                return 3

        self.assertEqual(io.BufferedReader(Raw(), 16).read(6), b"abcabc")


class Shared(unittest.TestCase):
    def test_digests(self):
        """Threads that hash into one object: large data is hashed without the interpreter lock, but one after the other."""
        def work():
            for _ in range(300):
                shared.update(data)
                shared.copy().update(data), shared.digest()

        data = bytes(5000)
        for new in hashlib.sha1, hashlib.sha256, hashlib.blake2b, lambda start=b"": hmac.new(b"key", start, "sha256"):
            shared = new()
            threads = [threading.Thread(target=work) for _ in range(4)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertEqual(shared.digest(), new(data * 1200).digest())


class Arguments(unittest.TestCase):
    def test_semaphore_unlink(self):
        import _multiprocessing
        with self.assertRaisesRegex(TypeError, "'str' object cannot be interpreted as an integer"):
            _multiprocessing.SemLock(0, 1, 1, "/krait_test", "yes")


if __name__ == "__main__":
    unittest.main()
