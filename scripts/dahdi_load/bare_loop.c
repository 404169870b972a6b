// The least that moves speech over DAHDI: every 20 ms one read and one write of 160 octets on each channel, nothing else.
//
//   bare_loop CHANNELS SECONDS
//
// Prints: blocks read, reads that found nothing, other errors of reading, errors of writing, processor seconds.
#include <dahdi/user.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 160, BLOCKS = 8, MOST = 1024, PERIOD_NS = 20 * 1000 * 1000, IDLE_ALAW = 0xd5 };

static double processor_s(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static int open_channel(int number) {
    struct dahdi_bufferinfo buffers = {.numbufs = BLOCKS, .bufsize = BLOCK};
    int audio = 1, no_events = 0, channel = open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK);
    if (channel < 0 || ioctl(channel, DAHDI_SPECIFY, &number) < 0 || ioctl(channel, DAHDI_AUDIOMODE, &audio) < 0 ||
        ioctl(channel, DAHDI_SET_BUFINFO, &buffers) < 0 || ioctl(channel, DAHDI_BUFFER_EVENTS, &no_events) < 0) {
        perror("channel");
        exit(1);
    }
    int everything = DAHDI_FLUSH_ALL;
    ioctl(channel, DAHDI_FLUSH, &everything);
    return channel;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    int channels = atoi(arguments[1]), seconds = atoi(arguments[2]), open_[MOST];
    if (channels < 1 || channels > MOST) return 2;
    long blocks = 0, nothing = 0, read_errors = 0, write_errors = 0;
    unsigned char block[BLOCK], idle[BLOCK];
    memset(idle, IDLE_ALAW, sizeof idle);
    for (int n = 0; n < channels; n++) open_[n] = open_channel(n + 1);
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    double before_s = processor_s();
    for (long tick = 0; tick < seconds * 50L; tick++) {
        due.tv_nsec += PERIOD_NS;
        if (due.tv_nsec >= 1000000000L) {
            due.tv_nsec -= 1000000000L;
            due.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        for (int n = 0; n < channels; n++) {
            ssize_t got = read(open_[n], block, BLOCK);
            if (got == BLOCK) blocks++;
            else if (got < 0 && errno == EAGAIN) nothing++;
            else read_errors++;
        }
        for (int n = 0; n < channels; n++) write_errors += write(open_[n], idle, BLOCK) != BLOCK;
    }
    printf("%ld %ld %ld %ld %.3f\n", blocks, nothing, read_errors, write_errors, processor_s() - before_s);
    return 0;
}
