/* Replaces clock_gettime, gettimeofday and time of a process's vDSO: asks the kernel, then
 * adds a skew to wall-clock time. x86-64, position independent. The assembled bytes are in
 * stub.ts; test/integration/clock-stub.test.ts assembles this file and compares.
 *
 *     as stub.S -o stub.o && objcopy -O binary -j .text stub.o stub.bin
 *
 * Time read = real + offset + (real - base) * rate, with rate in signed 32.32 fixed point.
 * There are two slots of parameters and one selector: whoever changes the skew fills the slot
 * that is not live, then writes the selector's low byte, so that a reader sees the old
 * parameters or the new ones and never a mixture. Nothing has to be stopped for it.
 *
 * Follows the C calling convention: only caller-saved registers are changed.
 */
.intel_syntax noprefix
.text
data:   .quad 8                 /* 0x00 selector: distance from data to the live slot, 8 or 32 */
        .quad 0, 0, 0           /* 0x08 slot: offset ns, base ns, rate */
        .quad 0, 0, 0           /* 0x20 slot */
        .ascii "DSXSKEW1"       /* 0x38 how a patched image is recognised */

/* rax = real nanoseconds  ->  rax = seconds, rdx = nanoseconds of the skewed time */
adjust: lea     r8, [rip + data]
        add     r8, [r8]
        mov     rcx, rax
        sub     rax, [r8 + 8]
        imul    qword ptr [r8 + 16]
        shrd    rax, rdx, 32
        add     rax, rcx
        add     rax, [r8]
        cqo
        mov     ecx, 1000000000
        idiv    rcx
        test    rdx, rdx        /* a time before 1970: the remainder must not be negative */
        jns     1f
        add     rdx, rcx
        dec     rax
1:      ret

/* int clock_gettime(clockid_t edi, struct timespec *rsi) */
.p2align 6, 0xcc
gettime:
        mov     eax, 228
        syscall
        test    eax, eax
        jnz     2f
        test    edi, edi        /* CLOCK_REALTIME */
        jz      1f
        cmp     edi, 5          /* CLOCK_REALTIME_COARSE */
        je      1f
        cmp     edi, 11         /* CLOCK_TAI */
        jne     2f
1:      imul    rax, qword ptr [rsi], 1000000000
        add     rax, [rsi + 8]
        call    adjust
        mov     [rsi], rax
        mov     [rsi + 8], rdx
        xor     eax, eax
2:      ret

/* int gettimeofday(struct timeval *rdi, struct timezone *rsi) */
.p2align 6, 0xcc
gettimeofday:
        mov     eax, 96
        syscall
        test    eax, eax
        jnz     2f
        test    rdi, rdi
        jz      2f
        imul    rax, qword ptr [rdi], 1000000000
        imul    rcx, qword ptr [rdi + 8], 1000
        add     rax, rcx
        call    adjust
        mov     [rdi], rax
        mov     rax, rdx
        xor     edx, edx
        mov     ecx, 1000
        div     rcx
        mov     [rdi + 8], rax
        xor     eax, eax
2:      ret

/* time_t time(time_t *rdi) */
.p2align 6, 0xcc
seconds:
        push    rdi
        sub     rsp, 16
        xor     edi, edi
        mov     rsi, rsp
        mov     eax, 228
        syscall
        imul    rax, qword ptr [rsp], 1000000000
        add     rax, [rsp + 8]
        call    adjust
        add     rsp, 16
        pop     rdi
        test    rdi, rdi
        jz      1f
        mov     [rdi], rax
1:      ret
