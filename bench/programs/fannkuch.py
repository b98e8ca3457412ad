"""Permutations of a small list: how often can the front be flipped at most?"""


def fannkuch(n):
    permutation, count, flips_most, checksum, sign = list(range(n)), list(range(n)), 0, 0, 1
    while True:
        first = permutation[0]
        if first:
            flips, work = 1, permutation[:]
            while True:
                work[:first + 1] = work[first::-1]
                first = work[0]
                if not first:
                    break
                flips += 1
            flips_most = max(flips_most, flips)
            checksum += sign * flips
        if sign == 1:
            permutation[0], permutation[1] = permutation[1], permutation[0]
            sign = -1
        else:
            permutation[1], permutation[2] = permutation[2], permutation[1]
            sign = 1
            for i in range(2, n):
                if count[i]:
                    count[i] -= 1
                    break
                if i == n - 1:
                    return checksum, flips_most
                count[i] = i
                permutation.insert(i + 1, permutation.pop(0))


def main():
    return fannkuch(9)
