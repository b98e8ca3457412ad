"""Objects that send each other messages: a scheduler with tasks of several classes, queues and states."""


class Packet:
    def __init__(self, link, owner, kind):
        self.link = link
        self.owner = owner
        self.kind = kind
        self.data = [0] * 4


class Task:
    def __init__(self, scheduler, name, priority):
        self.scheduler = scheduler
        self.name = name
        self.priority = priority
        self.queue = []
        self.waiting = False
        self.runs = 0

    def send(self, packet, name):
        task = self.scheduler.tasks[name]
        packet.owner = self.name
        task.queue.append(packet)
        task.waiting = False

    def receive(self):
        return self.queue.pop(0) if self.queue else None

    def run(self):
        self.runs += 1
        packet = self.receive()
        if packet is None:
            self.waiting = True
            return
        self.handle(packet)

    def handle(self, packet):
        raise NotImplementedError


class Worker(Task):
    def handle(self, packet):
        for i in range(4):
            packet.data[i] = (packet.data[i] + self.priority + i) & 255
        self.send(packet, "device" if packet.kind else "handler")


class Handler(Task):
    def handle(self, packet):
        packet.kind = not packet.kind
        self.send(packet, "worker")


class Device(Handler):
    def handle(self, packet):
        packet.data.reverse()
        super().handle(packet)


class Scheduler:
    def __init__(self):
        self.tasks = {"worker": Worker(self, "worker", 3), "handler": Handler(self, "handler", 2), "device": Device(self, "device", 1)}

    def loop(self, turns):
        ordered = sorted(self.tasks.values(), key=lambda t: -t.priority)
        for _ in range(turns):
            for task in ordered:
                if task.queue or not task.waiting:
                    task.run()


def main():
    scheduler = Scheduler()
    for i in range(6):
        scheduler.tasks["worker"].queue.append(Packet(None, "worker", i & 1))
    scheduler.loop(120_000)
    return [(t.name, t.runs) for t in scheduler.tasks.values()]
